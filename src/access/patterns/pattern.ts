import { RE2JS } from "re2js";
import { leastProgramSize } from "./least-size.ts";

/** A regular expression in RE2's syntax. Time is linear in the text, whatever the pattern (https://swtch.com/~rsc/regexp/regexp3.html). */
export interface Pattern {
  /** True if any part of the text matches. */
  test(text: string): boolean;
  /** Every match that is not empty, from the left, none overlapping another. */
  matches(text: string): Iterable<PatternMatch>;
  /** What matching costs for each character of a text, as RE2 counts it. */
  readonly programSize: number;
  /** Number of groups; the whole match does not count. */
  readonly groupCount: number;
  /** Names of the named groups. */
  readonly groupNames: readonly string[];
}

/** One match. */
export interface PatternMatch {
  /** Place of its first UTF-16 unit. */
  readonly index: number;
  /** The whole match, then each group; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[];
  readonly named: Readonly<Record<string, string | undefined>>;
}

/** A pattern that cannot be used. The message is one clause in our own words, without the pattern. */
export class PatternError extends Error {
  override readonly name = "PatternError";
  /** `syntax`: RE2 does not know it. `cost`: its program is larger than {@link MAX_PROGRAM_SIZE}. */
  readonly problem: "syntax" | "cost";

  constructor(problem: PatternError["problem"], message: string) {
    super(message);
    this.problem = problem;
  }
}

// Matching costs text times program; at this size the worst pattern known takes a quarter of a second on a full output.
/** Largest program of a pattern, as RE2 counts it. */
export const MAX_PROGRAM_SIZE = 250;

/**
 * Compiles a pattern.
 * @throws PatternError if RE2 cannot compile it, or if it is too costly.
 */
export function compilePattern(source: string, options: { readonly ignoreCase?: boolean } = {}): Pattern {
  // To write out repetitions may take 300 ms: what is too large in any case is not compiled.
  requireCheap(leastProgramSize(source));
  const compiled = compile(source, options.ignoreCase ?? false);
  const programSize = compiled.programSize();
  requireCheap(programSize);
  return {
    test: (text) => compiled.test(text),
    matches: (text) => matchesOf(compiled, text),
    programSize,
    groupCount: compiled.groupCount(),
    groupNames: Object.keys(compiled.namedGroups()),
  };
}

function requireCheap(programSize: number): void {
  if (programSize > MAX_PROGRAM_SIZE) throw new PatternError("cost", "use fewer or smaller repetitions");
}

function* matchesOf(compiled: RE2JS, text: string): Generator<PatternMatch> {
  for (const match of compiled.matchAll(text)) {
    if (match[0] !== "") yield { index: match.index ?? 0, groups: match, named: match.groups ?? {} };
  }
}

function compile(source: string, ignoreCase: boolean): RE2JS {
  try {
    return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "unknown syntax";
    // Ignoring case is written in front of the pattern, which then is not what was asked for.
    throw new PatternError(
      "syntax",
      reason.replace(`\`(?i)${source}\``, () => `\`${source}\``),
    );
  }
}
