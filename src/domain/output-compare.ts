import { splitLines } from "./output-text.ts";

/** Each mask in the order in which it is put on: what an earlier one covers no later one sees. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?/g, "<time>"],
  [/\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, "<address>"],
  [/\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b/gi, "<address>"],
  [/\b0x[0-9a-f]+\b/gi, "<id>"],
  [/\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi, "<id>"],
  [/\d+(?:[.,]\d+)*/g, "<number>"],
];
/** Shorter names would cover parts of words. */
const WORD_MIN = 3;

/**
 * The text without what differs from server to server although they say the same: the server's own words, times, addresses, ids
 * and numbers. Time is linear in the text.
 * @param ownWords names and addresses of the server that printed it
 */
export function maskOutput(text: string, ownWords: readonly string[]): string {
  const words = ownWords.filter((word) => word.length >= WORD_MIN).sort((a, b) => b.length - a.length);
  const withoutOwn = words.reduce((masked, word) => masked.replaceAll(word, "<server>"), text);
  return MASKS.reduce((masked, [pattern, name]) => masked.replace(pattern, name), withoutOwn);
}

/** Lines that one text has beyond another's, and lines that it lacks. */
export interface LineDifference {
  readonly addedLines: readonly string[];
  readonly missingLines: readonly string[];
  /** True if there are more than are told. */
  readonly isCut: boolean;
}

/** Lines of each side that are told, at most. */
const LINES_MAX = 50;

/**
 * Compares two texts line by line, whatever the order of the lines.
 * @param formOf what of a text counts, line for line
 */
export function diffLines(text: string, other: string, formOf: (text: string) => string): LineDifference {
  const [these, those] = [readLines(text, formOf), readLines(other, formOf)];
  const added = linesBeyond(these, those);
  const missing = linesBeyond(those, these);
  return {
    addedLines: added.slice(0, LINES_MAX),
    missingLines: missing.slice(0, LINES_MAX),
    isCut: added.length > LINES_MAX || missing.length > LINES_MAX,
  };
}

interface Lines {
  readonly lines: readonly string[];
  /** What counts of each. */
  readonly forms: readonly string[];
}

// To look for what counts in each line alone took fifty times as long.
function readLines(text: string, formOf: (text: string) => string): Lines {
  return { lines: splitLines(text), forms: splitLines(formOf(text)) };
}

function linesBeyond({ lines, forms }: Lines, other: Lines): readonly string[] {
  const left = new Map<string | undefined, number>();
  for (const form of other.forms) left.set(form, (left.get(form) ?? 0) + 1);
  return lines.filter((_line, index) => {
    const form = forms[index];
    const count = left.get(form) ?? 0;
    left.set(form, count - 1);
    return count <= 0;
  });
}
