import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { compilePattern, createView, PatternError } from "#access";

function problemOf(pattern: string): unknown {
  try {
    return compilePattern(pattern);
  } catch (error) {
    return error instanceof PatternError ? error.problem : error;
  }
}

describe("patterns", () => {
  it("find matches with their groups and leave out empty ones", () => {
    const matches = [...compilePattern("(?P<key>\\w)=(x)?y*").matches("a=x b=yy 😀c=")];
    expect(matches.map(({ index, groups, named }) => ({ index, groups: [...groups], key: named.key }))).toEqual([
      { index: 0, groups: ["a=x", "a", "x"], key: "a" },
      { index: 4, groups: ["b=yy", "b", undefined], key: "b" },
      { index: 11, groups: ["c=", "c", undefined], key: "c" },
    ]);
    expect([...compilePattern("x*").matches("ab")]).toEqual([]);
    expect(compilePattern("ABC", { ignoreCase: true }).test("xabc")).toBe(true);
    // What is quoted is what came, not what ignoring case makes of it.
    expect(() => compilePattern("(", { ignoreCase: true })).toThrow(/: `\(`$/);
    expect(() => compilePattern("(?i)(", { ignoreCase: true })).toThrow(/: `\(\?i\)\(`$/);
  });

  it.each(["(a)\\1", "a(?=b)", "(?<!a)b", "("])("refuse %s, which is not linear or no pattern", (pattern) => {
    expect(problemOf(pattern)).toBe("syntax");
  });

  it.each(["(a{100}){5}", "b{0,999}".repeat(61), "(a?){0,999}", "(){999}", "(?P<name>a{2,}){200}", "[{1}\\]]{251}"])(
    "refuse %s, which is too costly",
    (pattern) => {
      expect(problemOf(pattern)).toBe("cost");
    },
  );

  it.each([
    "\\{251}",
    "[x{251}]",
    "\\x{251}",
    "\\Qa{251}\\E",
    "(?:){251}",
    "(?i:a){125}",
    "(?:\\x41){100}",
    "(?:[[:alpha:]_]){130}",
    "(?:\\101\\pL){50}",

    "(?:[a-z]{50}|b{50}){2}",
  ])("take %s, which is not", (pattern) => {
    expect(problemOf(pattern)).toMatchObject({ programSize: expect.any(Number) });
  });

  it("are refused in no time, whatever is left open in them", () => {
    for (const part of ["\\d", "[:a", "[:a:", "[:a:]", "\\Q", "(?P<", "\\x{", "{1,", "[^\\]"])
      expect(problemOf(`[${part.repeat(Math.floor(499 / part.length))}`)).toMatch(/^(syntax|cost)$/);
  });

  it("take whatever RE2 makes a small program of", () => {
    const atom = fc.constantFrom(
      "a",
      "[^]x]",
      "\\d",
      "\\x{41}",
      "\\p{Greek}",
      ".",
      "^",
      "[{5}]",
      "\\{",
      "😀",
      "[[:alpha:]]",
      "\\b",
    );
    const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
      pattern: fc.array(tie("part"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
      part: fc
        .tuple(
          fc.oneof(
            { weight: 3, arbitrary: atom },
            ...["(", "(?:", "(?i:"].map((open) => tie("pattern").map((inner) => `${open}${inner})`)),
            fc.tuple(tie("pattern"), tie("pattern")).map(([one, other]) => `(${one}|${other})`),
          ),
          fc.constantFrom("", "*", "+", "?", "{3}", "{2,}", "{0,4}", "{1,7}?"),
        )
        .map(([one, times]) => one + times),
    }));
    const sizeOf = (text: string): number | null => {
      try {
        return RE2JS.compile(text).programSize();
      } catch {
        return null;
      }
    };
    const property = fc.property(pattern, (text) => {
      const size = sizeOf(text);
      fc.pre(size !== null);
      expect(problemOf(text) === "cost").toBe(size > 250);
    });
    fc.assert(property, { numRuns: 3_000, seed: 20_260_102 });
  });
});

describe("name patterns", () => {
  it("mean what a regular expression would mean", () => {
    const fits = (pattern: string, name: string) => {
      const sources = [{ account: pattern, provider: null, regions: null }];
      const role = { may: ["runs" as const], sources, commandNames: null };
      return createView(new Map([["role", role]])).maySee({ provider: "ECS", account: name, regionId: "r" });
    };
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
    fc.assert(
      fc.property(text("ab.*?"), text("ab."), (pattern, name) => {
        const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
        expect(fits(pattern, name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 2000 },
    );
  });
});
