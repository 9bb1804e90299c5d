import { readFileSync } from "node:fs";
import { type Change, CriticalityLevel, diff } from "@graphql-inspector/core";
import { describe, expect, it } from "@jest/globals";
import { buildSchema } from "graphql";

const read = (name: string) => readFileSync(`schema/${name}.graphql`, "utf8");

/** What would break clients of the released schema, as GraphQL Inspector words it. */
async function breaksOf(now: string): Promise<readonly string[]> {
  const changes: readonly Change[] = await diff(buildSchema(read("released")), buildSchema(now));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => message.replaceAll("'", "`"));
}

/** The lines under "Breaking" of what is not released yet. */
function declaredBreaks(): string {
  const [, unreleased = ""] = readFileSync("CHANGELOG.md", "utf8").split(/^## /m);
  return unreleased.split(/^### /m).find((section) => section.startsWith("Breaking")) ?? "";
}

describe("the schema", () => {
  // Where this fails: do not break clients, or write the message under "### Breaking" of the unreleased changes in CHANGELOG.md.
  it("breaks no client of the last release, unless CHANGELOG.md declares it word for word", async () => {
    const declared = declaredBreaks();
    expect((await breaksOf(read("schema"))).filter((message) => !declared.includes(message))).toEqual([]);
  });

  it.each([
    [
      "a field is gone",
      /^ {2}invokeId: String!$/m,
      "  runId: String!",
      "Field `invokeId` was removed from object type `InstanceInvocation`",
    ],
    [
      "a field may be null",
      /^ {2}isFinal: Boolean!$/m,
      "  isFinal: Boolean",
      "Field `InstanceInvocation.isFinal` changed type from `Boolean!` to `Boolean`",
    ],
  ])("is seen to break them where %s", async (_name, before, after, message) => {
    expect(await breaksOf(read("released").replace(before, after))).toEqual([message]);
  });
});
