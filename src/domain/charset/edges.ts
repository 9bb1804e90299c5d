import type { Weigh } from "./likelihood.ts";
import type { Measure } from "./measure.ts";
import type { Piece } from "./piece.ts";

/** A stretch of bytes, and the charset that it is read in. */
export interface Stretch {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly charset: string;
  readonly measure: Measure;
  readonly weigh: Weigh;
  /** True if a cut before the stretch may have left the end of a character at its start. */
  readonly isCutStart: boolean;
  /** True if a cut behind the stretch may have left the beginning of a character at its end. */
  readonly isCutEnd: boolean;
}

/**
 * What a reading loses by a character that a cut took: an upstream cuts texts at their end, hardly ever at their beginning. Thus
 * only a good many frequent characters tell that bytes which read whole from the first one lost what was before them.
 */
const CUT_COST = { atStart: 3.25, more: 2, atEnd: 1.25 };
/**
 * A letter right behind an ideograph: a shifted reading ends at the first second byte that is a letter too. Alone between two
 * ideographs it hardly ever stands.
 */
const TORN_COST = { letter: 1.75, aloneLetter: 3 };
/** A cut character leaves at most three bytes. */
const LONGEST_CUT = 3;

/**
 * Reads a stretch that holds whole characters, but for what cuts left at its ends: from its first byte, or from the next ones if
 * that fits better or alone. Null if bytes inside fit nowhere. Linear in the number of bytes.
 */
export function readBetweenCuts(stretch: Stretch): readonly Piece[] | null {
  const { bytes, start, end, charset, isCutStart } = stretch;
  let best: { readonly from: number; readonly to: number; readonly score: number } | null = null;
  const last = isCutStart ? Math.min(end, start + LONGEST_CUT) : start;
  for (let from = start; from <= last; from += 1) {
    // What reads as ASCII spoils no other character, so it may stay.
    if (from > start && (bytes[from - 1] ?? 0) < 0x80) break;
    const reading = readOn(stretch, from);
    if (reading !== null && (best === null || reading.score > best.score)) best = reading;
  }
  if (best === null) return null;
  const { from, to } = best;
  return [
    { start, end: from, charset, isGap: true },
    { start: from, end: to, charset, isGap: false },
    { start: to, end, charset, isGap: true },
  ].filter((piece) => piece.end > piece.start);
}

function readOn(stretch: Stretch, from: number) {
  const { bytes, start, end, measure, weigh } = stretch;
  let score = from > start ? -CUT_COST.atStart - (from - start - 1) * CUT_COST.more : 0;
  let to = from;
  let isBehindLong = false;
  while (to < end) {
    const length = measure(bytes, to);
    if (length === 0 || to + length > end) break;
    const byte = bytes[to] ?? 0;
    if (byte >= 0x80) score += weigh(bytes, to, length);
    else if (isBehindLong && byte >= 0x40)
      score -= (bytes[to + 1] ?? 0) >= 0x80 ? TORN_COST.aloneLetter : TORN_COST.letter;
    isBehindLong = length > 1;
    to += length;
  }
  if (to === end) return { from, to, score };
  return isBeginning(stretch, to) ? { from, to, score: score - CUT_COST.atEnd } : null;
}

/** What ends a character that lost its end, in one charset or another. */
const ENDINGS = [[0xa1], [0xa1, 0xa1], [0x30], [0x81, 0x30]];

function isBeginning({ bytes, end, measure, isCutEnd }: Stretch, at: number): boolean {
  if (!isCutEnd || end - at > LONGEST_CUT) return false;
  const left = bytes.subarray(at, end);
  return ENDINGS.some((ending) => measure(Uint8Array.of(...left, ...ending), 0) === left.length + ending.length);
}
