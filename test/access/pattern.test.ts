import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
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

  it("refuse what is too costly", () => {
    expect(problemOf("(a{100}){5}")).toBe("cost");
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
