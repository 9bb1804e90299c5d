import { compilePattern, PatternError } from "../patterns/index.ts";
import { compileReplacement, DEFAULT_REPLACEMENT, type RedactionRule } from "../redaction/index.ts";
import type { Fault } from "./fault.ts";
import type { WrittenRule } from "./legible.ts";

/** Redaction rules, each compiled once to see that it can be. */
export function readRules(written: readonly WrittenRule[]): {
  readonly rules: readonly RedactionRule[];
  readonly faults: readonly Fault[];
} {
  const rules: RedactionRule[] = [];
  const faults: Fault[] = [];
  for (const [index, { pattern, parameter, replaceWith = DEFAULT_REPLACEMENT }] of written.entries()) {
    if (pattern !== undefined && parameter === undefined) {
      rules.push({ pattern, replaceWith });
      faults.push(...checkPattern(pattern, replaceWith, ["redact", index]));
    } else if (parameter !== undefined && pattern === undefined) rules.push({ parameter, replaceWith });
    else
      faults.push({
        place: ["redact", index],
        expected: "either pattern or parameter",
        got: pattern ? "both" : "neither",
      });
  }
  return { rules, faults };
}

function checkPattern(source: string, replaceWith: string, place: Fault["place"]): Fault[] {
  const at = [...place, "pattern"];
  try {
    const pattern = compilePattern(source);
    if (pattern.test("")) return [{ place: at, expected: "a pattern that does not match the empty text" }];
    const replacement = compileReplacement(replaceWith, pattern);
    if (typeof replacement === "function") return [];
    return [
      {
        place: [...place, "replaceWith"],
        expected: `references to groups only ($$ is a dollar); ${replacement.problem}`,
      },
    ];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const what = error.problem === "cost" ? "a cheaper pattern" : "a regular expression in RE2's syntax";
    return [{ place: at, expected: `${what} (${error.message})` }];
  }
}
