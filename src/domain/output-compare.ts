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

/** Compares two texts line by line, whatever the order of the lines. @param formOf what of a line counts */
export function diffLines(text: string, other: string, formOf: (line: string) => string): LineDifference {
  const added = linesBeyond(text, other, formOf);
  const missing = linesBeyond(other, text, formOf);
  return {
    addedLines: added.slice(0, LINES_MAX),
    missingLines: missing.slice(0, LINES_MAX),
    isCut: added.length > LINES_MAX || missing.length > LINES_MAX,
  };
}

function linesBeyond(text: string, other: string, formOf: (line: string) => string): readonly string[] {
  const left = new Map<string, number>();
  for (const line of splitLines(other)) left.set(formOf(line), (left.get(formOf(line)) ?? 0) + 1);
  return splitLines(text).filter((line) => {
    const count = left.get(formOf(line)) ?? 0;
    left.set(formOf(line), count - 1);
    return count <= 0;
  });
}
