import { measureUtf8 } from "./measure.ts";
import type { Piece } from "./piece.ts";

/**
 * Reads a stretch as UTF-8, in which every byte tells a character's beginning from its middle: a cut spoils one character and
 * shifts nothing.
 */
export function scanUtf8(bytes: Uint8Array, start: number, end: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = start; at < end; ) {
    const whole = endOfWhole(bytes, at, end);
    if (whole > at) pieces.push({ start: at, end: whole, charset: "utf-8", isGap: false });
    at = whole;
    if (at >= end) break;
    const gap = endOfGap(bytes, at, end);
    pieces.push({ start: at, end: gap, charset: "utf-8", isGap: true });
    at = gap;
  }
  return pieces;
}

/** Where a text may have lost bytes beside its end. */
interface Cuts {
  /** Whether bytes were dropped in one place inside. */
  readonly hasSeam: boolean;
  /** Whether the first character may have lost its beginning. */
  readonly isCutStart: boolean;
}

/** True if all that a stretch of UTF-8 lacks is what cuts take. */
export function isCutOnly(bytes: Uint8Array, pieces: readonly Piece[], { hasSeam, isCutStart }: Cuts): boolean {
  const gaps = pieces.filter(({ start, end, isGap }) => {
    const first = bytes[start] ?? 0;
    const isCut = (isCutStart && start === 0 && isContinuation(first)) || (end === bytes.length && isLead(first));
    return isGap && !isCut;
  });
  return gaps.length === 0 || (hasSeam && isOnePlace(gaps));
}

// What is left of two characters side by side: one lost its end, the other its beginning.
function isOnePlace(gaps: readonly Piece[]): boolean {
  return gaps.length < 3 && gaps.every((gap, index) => index === 0 || gaps[index - 1]?.end === gap.start);
}

/** True for a byte that begins a character of several bytes. */
function isLead(byte: number): boolean {
  return byte >= 0xc2 && byte <= 0xf4;
}

function endOfWhole(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const length = measureUtf8(bytes, at);
    if (length === 0 || at + length > end) break;
    at += length;
  }
  return at;
}

// A character has at most four bytes, and what is left of one at most three.
function endOfGap(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 1;
  while (at < end && at < from + 3 && isContinuation(bytes[at] ?? 0)) at += 1;
  return at;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}
