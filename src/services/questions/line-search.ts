import { compilePattern, PatternError } from "#access";
import { endOfLine, firstLines, InputError, lastLines, splitLines, withoutLineEnd } from "#domain";
import type { LineMatch } from "../contract/index.ts";

/** Long work in parts: each part's cost is yielded before it is done. A unit is one character against one step of a program. */
export type Parts<Result> = Generator<number, Result, void>;

/** Units that take two milliseconds with the worst pattern known. */
export const UNITS_A_TURN = 130_000;

/** What is looked for in an output: exactly one of `text` and `pattern`. */
export interface LineSearch {
  /** Taken literally. */
  readonly text?: string | null | undefined;
  /** A regular expression in RE2's syntax: no back references and no look-around, so that it runs in linear time. */
  readonly pattern?: string | null | undefined;
  readonly ignoreCase?: boolean | null | undefined;
  /** How many lines to give before and after each match, 0 to {@link MAX_CONTEXT_LINES}. */
  readonly contextLines: number;
  /** False if nobody sees these lines. */
  readonly isContextShown?: boolean;
  /** How many matches to give, 0 to {@link MAX_MATCHES}. */
  readonly limit: number;
}

/** Most lines of context on either side. */
export const MAX_CONTEXT_LINES = 10;
/** Most matches of one search. */
export const MAX_MATCHES = 1000;
/** Longest text or pattern, in UTF-16 units. */
export const MAX_SEARCH_LENGTH = 500;

/** Tells whether a line matches, and what that costs for each character of it. */
export interface Matcher {
  readonly isMatch: (line: string) => boolean;
  readonly unitsPerCharacter: number;
  /** True if a match hangs on where its line begins or ends, so that lines can only be tried one by one. */
  readonly needsLineEnds: boolean;
}

/** Units that it takes to give a line. */
const UNITS_A_LINE = 40;
/** Costs are told in sums of about so many units. */
const UNITS_TOLD = 16_000;

/** Matchers that were made for other texts, or why there is none, each under what describes its search. */
export type Matchers = Map<string, Matcher | InputError>;

/**
 * The lines that match, from the top, each with its context. Lines are counted as `countLines` does. In parts, since a search of
 * a full output may take a tenth of a second; time is linear in the text, whatever the pattern
 * (RE2: https://swtch.com/~rsc/regexp/regexp3.html).
 *
 * @throws InputError `BAD_USER_INPUT` that names the argument: a bound is exceeded, none or both of `text` and `pattern` are
 * given, one is empty, or `pattern` cannot be compiled.
 */
export function* searchLines(
  text: string,
  search: LineSearch,
  matchers: Matchers = new Map(),
): Parts<readonly LineMatch[]> {
  checkSearch(search);
  const { pattern, ignoreCase } = search;
  const key = JSON.stringify([search.text, pattern, ignoreCase]);
  // To compile a pattern takes as long as a turn.
  if (pattern != null && !matchers.has(key)) yield UNITS_A_TURN;
  const matcher = matchers.get(key) ?? matcherOrRefusal(search);
  matchers.set(key, matcher);
  if (matcher instanceof InputError) throw matcher;
  return yield* matchLines(text, search, matcher);
}

/** The same for many texts: the pattern is compiled at once. @throws InputError as {@link searchLines} does */
export function prepareSearch(search: LineSearch): (text: string) => Parts<readonly LineMatch[]> {
  checkSearch(search);
  const matcher = toMatcher(search);
  return (text) => matchLines(text, search, matcher);
}

function* matchLines(text: string, search: LineSearch, matcher: Matcher): Parts<readonly LineMatch[]> {
  if (!matcher.needsLineEnds && !(yield* mayMatch(text, matcher))) return [];
  const count = search.isContextShown === false ? 0 : search.contextLines;
  const matches: LineMatch[] = [];
  let untold = 0;
  for (let start = 0, lineNumber = 1; start < text.length && matches.length < search.limit; lineNumber += 1) {
    const end = endOfLine(text, start);
    untold += (end - start) * matcher.unitsPerCharacter;
    if (untold >= UNITS_TOLD) {
      yield untold;
      untold = 0;
    }
    const line = withoutLineEnd(text.slice(start, end));
    if (matcher.isMatch(line)) {
      matches.push({ lineNumber, line, ...contextOf(text, start, end, count) });
      untold += UNITS_A_LINE * (1 + 2 * count);
    }
    start = end;
  }
  yield untold;
  return matches;
}

// Most texts hold no match, and a text is tried at once in far less time than its lines one by one.
function* mayMatch(text: string, { isMatch, unitsPerCharacter }: Matcher): Parts<boolean> {
  const size = Math.ceil(UNITS_TOLD / unitsPerCharacter);
  for (let from = 0, to = 0; from < text.length; from = to) {
    const lineFeed = text.indexOf("\n", from + size);
    to = lineFeed < 0 ? text.length : lineFeed + 1;
    yield (to - from) * unitsPerCharacter;
    if (isMatch(text.slice(from, to))) return true;
  }
  return false;
}

function checkSearch({ text, pattern, contextLines, limit }: LineSearch): void {
  checkRange("contextLines", contextLines, MAX_CONTEXT_LINES);
  checkRange("limit", limit, MAX_MATCHES);
  if (text != null && pattern != null) throw bad("pattern", "Give either text or pattern, not both.");
  if (text == null && pattern == null) throw bad("text", "Say what to look for: text or pattern is missing.");
  if (text != null) checkLength("text", text);
  if (pattern != null) checkLength("pattern", pattern);
}

const NO_CONTEXT = { before: [], after: [] };

function contextOf(text: string, start: number, end: number, count: number): Pick<LineMatch, "before" | "after"> {
  if (count === 0) return NO_CONTEXT;
  return {
    before: splitLines(lastLines(text.slice(0, start), count)),
    after: splitLines(firstLines(text.slice(end), count)),
  };
}

function matcherOrRefusal(search: LineSearch): Matcher | InputError {
  try {
    return toMatcher(search);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function toMatcher({ text, pattern, ignoreCase }: LineSearch): Matcher {
  if (pattern != null) return matchPattern(pattern, ignoreCase ?? false);
  return { isMatch: containText(text ?? "", ignoreCase ?? false), unitsPerCharacter: 1, needsLineEnds: false };
}

function containText(text: string, ignoreCase: boolean): (line: string) => boolean {
  if (!ignoreCase) return (line) => line.includes(text);
  const folded = text.toLowerCase();
  return (line) => line.toLowerCase().includes(folded);
}

/** Finds each assertion of RE2's syntax, and some patterns more that only look as if they had one. */
const ASSERTION = /\$|(?<!\[)\^|\\[AbBz]/;

function matchPattern(pattern: string, ignoreCase: boolean): Matcher {
  try {
    const compiled = compilePattern(pattern, { ignoreCase });
    return {
      isMatch: (line) => compiled.test(line),
      unitsPerCharacter: compiled.programSize,
      needsLineEnds: ASSERTION.test(pattern),
    };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    if (error.problem === "cost")
      throw bad("pattern", "`pattern`: expected fewer or smaller repetitions, got a pattern that is too costly.");
    throw bad(
      "pattern",
      `\`pattern\`: expected a regular expression in RE2's syntax, got another text: ${error.message}.`,
    );
  }
}

function checkRange(argument: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw bad(argument, `\`${argument}\`: expected a whole number from 0 to ${max}, got ${value}.`);
}

function checkLength(argument: string, value: string): void {
  if (value.length > 0 && value.length <= MAX_SEARCH_LENGTH) return;
  throw bad(argument, `\`${argument}\`: expected 1 to ${MAX_SEARCH_LENGTH} characters, got ${value.length}.`);
}

function bad(argument: string, message: string): InputError {
  return new InputError("BAD_USER_INPUT", message, argument);
}
