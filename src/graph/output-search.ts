import { compilePattern, PatternError } from "#access";
import { InputError, splitLines } from "#domain";

/** What is looked for in an output: exactly one of `text` and `pattern`. */
export interface LineSearch {
  /** Taken literally. */
  readonly text?: string | null | undefined;
  /** A regular expression in RE2's syntax: no back references and no look-around, so that it runs in linear time. */
  readonly pattern?: string | null | undefined;
  readonly ignoreCase?: boolean | null | undefined;
  /** How many lines to give before and after each match, 0 to {@link MAX_CONTEXT_LINES}. */
  readonly contextLines: number;
  /** How many matches to give, 0 to {@link MAX_MATCHES}. */
  readonly limit: number;
}

/** A line that matches, without its line end. */
export interface LineMatch {
  /** Counted from 1. */
  readonly lineNumber: number;
  readonly line: string;
  /** The lines right before it, in reading order; fewer at the beginning of the output. */
  readonly before: readonly string[];
  /** The lines right after it; fewer at the end of the output. */
  readonly after: readonly string[];
}

/** Most lines of context on either side. */
export const MAX_CONTEXT_LINES = 10;
/** Most matches of one search. */
export const MAX_MATCHES = 1000;
/** Longest text or pattern, in UTF-16 units. */
export const MAX_SEARCH_LENGTH = 500;

/**
 * The lines that match, from the top, each with its context. Lines are counted as `countLines` does.
 * Time is linear in the text, whatever the pattern (RE2: https://swtch.com/~rsc/regexp/regexp3.html).
 *
 * @throws InputError `BAD_USER_INPUT` that names the argument: a bound is exceeded, none or both of `text` and `pattern` are
 * given, one is empty, or `pattern` cannot be compiled.
 */
export function searchLines(text: string, search: LineSearch): readonly LineMatch[] {
  checkRange("contextLines", search.contextLines, MAX_CONTEXT_LINES);
  checkRange("limit", search.limit, MAX_MATCHES);
  const isMatch = toPredicate(search);
  const lines = splitLines(text);
  const matches: LineMatch[] = [];
  for (const [index, line] of lines.entries()) {
    if (matches.length >= search.limit) break;
    if (isMatch(line)) matches.push(toMatch(lines, index, line, search.contextLines));
  }
  return matches;
}

function toMatch(lines: readonly string[], index: number, line: string, contextLines: number): LineMatch {
  return {
    lineNumber: index + 1,
    line,
    before: lines.slice(Math.max(0, index - contextLines), index),
    after: lines.slice(index + 1, index + 1 + contextLines),
  };
}

function toPredicate({ text, pattern, ignoreCase }: LineSearch): (line: string) => boolean {
  const hasText = text !== null && text !== undefined;
  const hasPattern = pattern !== null && pattern !== undefined;
  if (hasText && hasPattern) throw bad("pattern", "Give either text or pattern, not both.");
  if (hasPattern) return matchPattern(checkLength("pattern", pattern), ignoreCase ?? false);
  if (hasText) return containText(checkLength("text", text), ignoreCase ?? false);
  throw bad("text", "Say what to look for: text or pattern is missing.");
}

function containText(text: string, ignoreCase: boolean): (line: string) => boolean {
  if (!ignoreCase) return (line) => line.includes(text);
  const folded = text.toLowerCase();
  return (line) => line.toLowerCase().includes(folded);
}

function matchPattern(pattern: string, ignoreCase: boolean): (line: string) => boolean {
  try {
    const compiled = compilePattern(pattern, { ignoreCase });
    return (line) => compiled.test(line);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    if (error.problem === "cost") throw bad("pattern", "The pattern is too costly: use fewer or smaller repetitions.");
    throw bad("pattern", `The pattern is no regular expression in RE2's syntax: ${error.message}.`);
  }
}

function checkRange(argument: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw bad(argument, `${argument} must be an integer from 0 to ${max}, but is ${value}.`);
}

function checkLength(argument: string, value: string): string {
  if (value.length > 0 && value.length <= MAX_SEARCH_LENGTH) return value;
  throw bad(argument, `${argument} must have 1 to ${MAX_SEARCH_LENGTH} characters, but has ${value.length}.`);
}

function bad(argument: string, message: string): InputError {
  return new InputError("BAD_USER_INPUT", message, argument);
}
