import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { buildSchema, type GraphQLEnumType } from "graphql";
import { chooseLanguage, DICTIONARIES } from "../../src/page/words/words.ts";

/** Every text of a dictionary by its path; functions are called with numbers and texts that show. */
function flatten(words: unknown, path = ""): readonly (readonly [string, string])[] {
  if (typeof words === "function") return [[path, String(words(7, "#", true))]];
  if (typeof words === "string") return [[path, words]];
  return Object.entries(words as object).flatMap(([name, value]) => flatten(value, `${path}.${name}`));
}

describe("the words", () => {
  const english = flatten(DICTIONARIES.en);
  const chinese = flatten(DICTIONARIES.zh);

  it("are the same members in both languages, none of them empty", () => {
    expect(chinese.map(([path]) => path)).toEqual(english.map(([path]) => path));
    expect([...english, ...chinese].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("are Chinese in Chinese", () => {
    const untranslated = chinese.filter(([, text]) => !/[\u4e00-\u9fff]/.test(text)).map(([path]) => path);
    expect(untranslated).toEqual([".otherLanguage", ".locale", ".number", ".counts", ".output.matches"]);
  });

  it("have one for every status and class of the schema", () => {
    const schema = buildSchema(readFileSync("schema/schema.graphql", "utf8"));
    const valuesOf = (name: string): readonly string[] =>
      (schema.getType(name) as GraphQLEnumType).getValues().map((value) => value.name);
    const statuses = new Set([...valuesOf("InvocationStatus"), ...valuesOf("InstanceInvocationStatus")]);
    expect(Object.keys(DICTIONARIES.en.status).sort()).toEqual([...statuses].sort());
    expect(Object.keys(DICTIONARIES.en.errorClass).sort()).toEqual([...valuesOf("ExecutionErrorClass")].sort());
  });

  it.each([
    [["zh-CN", "en"], "zh"],
    [["de", "zh-TW"], "zh"],
    [["fr", "en-US", "zh"], "en"],
    [["fr"], "en"],
    [[], "en"],
  ])("of a reader of %j are %s", (languages, language) => {
    expect(chooseLanguage(languages)).toBe(language);
  });
});
