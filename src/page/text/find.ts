/** Where a text says something. */
export interface Matches {
  /** Offsets of the matches, ascending. */
  readonly starts: readonly number[];
  /** Where the match of the same index ends. */
  readonly ends: readonly number[];
  /** True when there are more matches than were looked for. */
  readonly isCapped: boolean;
}

/** Most matches that are looked for. */
export const MAX_MATCHES = 10_000;

export const NO_MATCHES: Matches = { starts: [], ends: [], isCapped: false };

/** Finds a plain text; capital and small letters are the same. */
export function findAll(text: string, wanted: string, limit = MAX_MATCHES): Matches {
  if (wanted === "") return NO_MATCHES;
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(new RegExp(escapePattern(wanted), "giu"))) {
    if (starts.length === limit) return { starts, ends, isCapped: true };
    starts.push(match.index);
    ends.push(match.index + match[0].length);
  }
  return { starts, ends, isCapped: false };
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
