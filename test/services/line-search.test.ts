import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InputError } from "#domain";
import { type LineSearch, searchLines } from "../../src/services/questions/line-search.ts";

const LOG = "start\r\nERROR one\nok\nerror two\nok";
const search = (overrides: Partial<LineSearch>, text = LOG) => {
  const parts = searchLines(text, { contextLines: 0, limit: 100, ...overrides });
  for (let part = parts.next(); ; part = parts.next()) if (part.done === true) return part.value;
};

function refusal(overrides: Partial<LineSearch>): readonly [string, string | null] {
  try {
    search(overrides);
  } catch (error) {
    if (error instanceof InputError) return [error.code, error.argument];
    throw error;
  }
  throw new TypeError("The search was not refused");
}

describe("searchLines", () => {
  it("finds plain text with the lines around it", () => {
    expect(search({ text: "error", contextLines: 1 })).toEqual([
      { lineNumber: 4, line: "error two", before: ["ok"], after: ["ok"] },
    ]);
  });

  it("takes plain text literally", () => {
    expect(search({ text: "a.c" }, "abc\na.c").map(({ lineNumber }) => lineNumber)).toEqual([2]);
  });

  it.each([{ text: "Error" }, { pattern: "^Error" }])("ignores case where asked to: %j", (what) => {
    expect(search({ ...what, ignoreCase: true }).map(({ lineNumber }) => lineNumber)).toEqual([2, 4]);
    expect(search({ ...what, ignoreCase: false })).toEqual([]);
  });

  it("finds patterns, with anchors at the ends of each line", () => {
    expect(search({ pattern: "^(start|.* two)$" })).toEqual([
      { lineNumber: 1, line: "start", before: [], after: [] },
      { lineNumber: 4, line: "error two", before: [], after: [] },
    ]);
  });

  it("finds in texts of any length what it finds in each line alone", () => {
    const part = fc.constantFrom(
      "a",
      "B",
      "b^",
      "\\b",
      "^",
      "$",
      ".",
      "[^a]",
      "\\A",
      "\\z",
      "(?m:^b)",
      "\\[^",
      "\\n",
      "a|b",
      "b+",
    );
    const what = fc.record({
      pattern: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
      ignoreCase: fc.boolean(),
    });
    const lines = fc.array(fc.stringMatching(/^[ab[^ ]{0,3}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(what, lines, fc.constantFrom("\n", "\r\n"), (overrides, told, end) => {
        const filler = Array.from({ length: 700 }, () => "-".repeat(100));
        const all = [...told, ...filler, ...told];
        const alone = all.flatMap((line, index) => (search(overrides, `${line}${end}`).length > 0 ? [index + 1] : []));
        const whole = search({ ...overrides, limit: 1_000 }, all.map((line) => line + end).join(""));
        expect(whole.map(({ lineNumber }) => lineNumber)).toEqual(alone);
      }),
      { numRuns: 60 },
    );
  });

  it("gives less context at the ends of the output", () => {
    expect(search({ text: "start", contextLines: 10 })).toEqual([
      { lineNumber: 1, line: "start", before: [], after: ["ERROR one", "ok", "error two", "ok"] },
    ]);
  });

  it("stops at the limit", () => {
    expect(search({ text: "ok", limit: 1 }).map(({ lineNumber }) => lineNumber)).toEqual([3]);
    expect(search({ text: "ok", limit: 0 })).toEqual([]);
  });

  it("finds nothing in nothing", () => {
    expect(search({ pattern: ".*" }, "")).toEqual([]);
  });

  it.each([
    ["a broken pattern", { pattern: "(a" }, "pattern"],
    ["a back reference", { pattern: "(a)\\1" }, "pattern"],
    ["a look-ahead", { pattern: "(?=a)b" }, "pattern"],
    ["a costly pattern", { pattern: "(a{20}b?){30}" }, "pattern"],
    ["an empty pattern", { pattern: "" }, "pattern"],
    ["a long pattern", { pattern: "a".repeat(501) }, "pattern"],
    ["an empty text", { text: "" }, "text"],
    ["neither", {}, "text"],
    ["both", { text: "a", pattern: "a" }, "pattern"],
    ["too much context", { text: "a", contextLines: 11 }, "contextLines"],
    ["too high a limit", { text: "a", limit: 1001 }, "limit"],
    ["a negative limit", { text: "a", limit: -1 }, "limit"],
  ])("refuses %s and names the argument", (_name, what, argument) => {
    expect(refusal(what)).toEqual(["BAD_USER_INPUT", argument]);
  });

  it.each(["(a+)+$", "(a|aa)+$", "(.*)*x", "(?:a?){20}a{20}[0-9]", "[ab]*a[ab]{200}[0-9]"])(
    "is not run away with by %s",
    (pattern) => {
      const started = performance.now();
      expect(search({ pattern }, `${"ab".repeat(12_000)}!`)).toEqual([]);
      expect(performance.now() - started).toBeLessThan(3000);
    },
  );
});
