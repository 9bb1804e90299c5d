import type { Piece } from "./piece.ts";

/** Offers one way to read on: so many bytes as a character of this charset (by its place in {@link Fitting.charsets}). */
export type Offer = (length: number, score: number, charset: number) => void;

/** What is to be read, and how that may be done. */
export interface Fitting {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** WHATWG names; the first is that of the gaps. */
  readonly charsets: readonly [string, ...string[]];
  /** True where a byte below 0x80 at the start of a character is always one, so that no gap holds it. */
  readonly hasAscii: boolean;
  /** True if bytes were dropped from the middle of the whole: then it begins whole, and has one gap that costs little. */
  readonly hasSeam: boolean;
  /** Names the ways to read on from a byte; leaving bytes out is always possible too. */
  readonly read: (at: number, offer: Offer) => void;
  /** How many bytes a cut may have left of one long character from here on, though some of them are ASCII too; 0 for none. */
  readonly remainder?: (at: number) => number;
}

/**
 * What a gap takes from the score: inside more than any one character adds, less at either end and where bytes were dropped.
 * Each further byte takes so much more that no whole character is left out with what a cut left of another one.
 */
const GAP_COST = { inside: 3.5, atStart: 2.5, atEnd: 1.25, seam: 1.2, more: 0.8 };
/** A cut character leaves at most three bytes on either side; with two cuts side by side there are two gaps. */
const LONGEST_GAP = 3;

/**
 * Reads a stretch in the likeliest way: the one whose scores sum up highest, where each gap costs something. Chosen from
 * the end by dynamic programming, so that a cut at the start shifts nothing behind it. Linear in the number of bytes.
 */
export function fit(fitting: Fitting): Fit {
  const plain = choose(fitting, null);
  const pieces = collect(fitting, plain);
  if (!fitting.hasSeam) return { pieces, seam: null };
  const seamed = choose(fitting, plain);
  const gain = (seamed.best[0] ?? 0) - (plain.best[0] ?? 0);
  return { pieces, seam: gain > 0 ? { pieces: collect(fitting, seamed), gain } : null };
}

/** How a stretch is read. */
export interface Fit {
  readonly pieces: readonly Piece[];
  /** The same if the bytes were dropped within this stretch, and how much likelier it is then; null if it is not likelier. */
  readonly seam: { readonly pieces: readonly Piece[]; readonly gain: number } | null;
}

/** The pieces if all that was read is one stretch: the bytes were dropped here if they were dropped at all. */
export function likelier({ pieces, seam }: Fit): readonly Piece[] {
  return seam?.pieces ?? pieces;
}

/** From each byte on the best way to read, and what it is worth. */
interface Ways {
  readonly best: Float64Array;
  /** Of the next step; below 0 for a gap. */
  readonly lengths: Int8Array;
  readonly charsets: Uint8Array;
  /** The ways behind the gap of the dropped bytes, and 1 where that is the next step; null if there is none. */
  readonly behind: { readonly ways: Ways; readonly isNext: Uint8Array } | null;
}

/** @param behindSeam how to read on once the gap of the dropped bytes was used; null if there is none */
function choose({ bytes, start, end, hasAscii, hasSeam, read, remainder }: Fitting, behindSeam: Ways | null): Ways {
  const size = end - start;
  const best = new Float64Array(size + 1);
  const lengths = new Int8Array(size);
  const charsets = new Uint8Array(size);
  const isNext = new Uint8Array(size);
  let at = 0;
  let score = 0;
  const take = (total: number, length: number, charset: number, isSeam = 0): void => {
    if (total <= score) return;
    score = total;
    lengths[at] = length;
    charsets[at] = charset;
    isNext[at] = isSeam;
  };
  const offer: Offer = (length, value, charset) => {
    if (at + length <= size) take((best[at + length] ?? 0) + value, length, charset);
  };
  const offerGap = (length: number, more: number): void => {
    take((best[at + length] ?? 0) - costOf(start + at, length, bytes.length, hasSeam) - more, -length, 0);
    if (behindSeam !== null) take((behindSeam.best[at + length] ?? 0) - GAP_COST.seam - more, -length, 0, 1);
  };
  for (at = size - 1; at >= 0; at -= 1) {
    score = Number.NEGATIVE_INFINITY;
    const left = remainder?.(start + at) ?? 0;
    // What belongs together is lost together.
    if (left > 0 && at + left <= size) offerGap(left, -GAP_COST.more / 10);
    if (hasAscii && (bytes[start + at] ?? 0) < 0x80) {
      offer(1, 0, 0);
    } else {
      for (let length = 1; length <= LONGEST_GAP && at + length <= size; length += 1) {
        if (length > 1 && hasAscii && (bytes[start + at + length - 1] ?? 0) < 0x80) break;
        offerGap(length, (length - 1) * GAP_COST.more);
      }
      read(start + at, offer);
    }
    best[at] = score;
  }
  return { best, lengths, charsets, behind: behindSeam === null ? null : { ways: behindSeam, isNext } };
}

function costOf(at: number, length: number, size: number, hasSeam: boolean): number {
  if (at === 0 && !hasSeam) return GAP_COST.atStart;
  return at + length === size ? GAP_COST.atEnd : GAP_COST.inside;
}

function collect({ start, charsets }: Fitting, first: Ways): readonly Piece[] {
  const pieces: Piece[] = [];
  let ways = first;
  let from = 0;
  for (let at = 0; at < first.lengths.length; ) {
    const length = ways.lengths[at] ?? 1;
    const own = ways.charsets[at];
    const next = at + Math.abs(length);
    if (ways.behind?.isNext[at] === 1) ways = ways.behind.ways;
    if (length < 0 || next >= first.lengths.length || (ways.lengths[next] ?? 0) < 0 || ways.charsets[next] !== own) {
      const charset = (length < 0 ? undefined : charsets[own ?? 0]) ?? charsets[0];
      pieces.push({ start: start + from, end: start + next, charset, isGap: length < 0 });
      from = next;
    }
    at = next;
  }
  return pieces;
}

/** Adds a piece, as a part of the last one where that is read alike; two gaps stay two, for each is a character of its own. */
export function addPiece(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  const isSame = last !== undefined && last.end === piece.start && last.charset === piece.charset;
  if (isSame && !last.isGap && !piece.isGap) pieces[pieces.length - 1] = { ...last, end: piece.end };
  else pieces.push(piece);
}
