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
/** What a change of the charset within a line takes from the score: hardly any line is in two, but a tick may be in its own. */
const CHANGE_COST = 1.45;

/**
 * Reads a stretch in the likeliest way: the one whose scores sum up highest, where each gap costs something. Chosen from
 * the end by dynamic programming, so that a cut at the start shifts nothing behind it. Linear in the number of bytes.
 */
export function fit(fitting: Fitting): Fit {
  const plain = choose(fitting, null);
  const pieces = collect(fitting, plain);
  if (!fitting.hasSeam) return { pieces, seam: null };
  const seamed = choose(fitting, plain);
  const gain = seamed.total - plain.total;
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

/** From each byte on the best way to read and its worth, one after another for each charset that the bytes before may be in. */
interface Ways {
  readonly best: Float64Array;
  /** Of the next step; below 0 for a gap. */
  readonly lengths: Int8Array;
  readonly charsets: Uint8Array;
  /** The ways behind the gap of the dropped bytes, and 1 where that is the next step; null if there is none. */
  readonly behind: { readonly ways: Ways; readonly isNext: Uint8Array } | null;
  /** What the likeliest charset of the first byte is worth, and which one it is. */
  readonly total: number;
  readonly first: number;
}

/** @param behindSeam how to read on once the gap of the dropped bytes was used; null if there is none */
function choose(fitting: Fitting, behindSeam: Ways | null): Ways {
  const { bytes, start, end, charsets: names, hasAscii, hasSeam, read, remainder } = fitting;
  const size = end - start;
  const best = new Float64Array((size + 1) * names.length);
  const lengths = new Int8Array(best.length);
  const charsets = new Uint8Array(best.length);
  const isNext = new Uint8Array(best.length);
  let at = 0;
  let before = 0;
  let score = 0;
  const placeOf = (charset: number, length = 0): number => charset * (size + 1) + at + length;
  const take = (total: number, length: number, charset: number, isSeam = 0): void => {
    if (total <= score) return;
    score = total;
    const place = placeOf(before);
    lengths[place] = length;
    charsets[place] = charset;
    isNext[place] = isSeam;
  };
  const offer: Offer = (length, value, charset) => {
    if (at + length > size) return;
    take((best[placeOf(charset, length)] ?? 0) + value - (charset === before ? 0 : CHANGE_COST), length, charset);
  };
  const offerGap = (length: number, more: number): void => {
    const behind = placeOf(before, length);
    take((best[behind] ?? 0) - costOf(start + at, length, bytes.length, hasSeam) - more, -length, before);
    if (behindSeam !== null) take((behindSeam.best[behind] ?? 0) - GAP_COST.seam - more, -length, before, 1);
  };
  const step = (): void => {
    const left = remainder?.(start + at) ?? 0;
    // What belongs together is lost together.
    if (left > 0 && at + left <= size) offerGap(left, -GAP_COST.more / 10);
    if (hasAscii && (bytes[start + at] ?? 0) < 0x80) {
      offer(1, 0, before);
      return;
    }
    // Of ways that are worth the same, the first offered counts: in UTF-16 a later gap keeps the characters that came whole.
    if (!hasAscii) read(start + at, offer);
    for (let length = 1; length <= LONGEST_GAP && at + length <= size; length += 1) {
      if (length > 1 && hasAscii && (bytes[start + at + length - 1] ?? 0) < 0x80) break;
      offerGap(length, (length - 1) * GAP_COST.more);
    }
    if (hasAscii) read(start + at, offer);
  };
  for (at = size - 1; at >= 0; at -= 1) {
    for (before = 0; before < names.length; before += 1) {
      score = Number.NEGATIVE_INFINITY;
      step();
      best[placeOf(before)] = score;
    }
  }
  const worths = names.map((_, charset) => best[charset * (size + 1)] ?? 0);
  const total = Math.max(...worths);
  const behind = behindSeam === null ? null : { ways: behindSeam, isNext };
  return { best, lengths, charsets, behind, total, first: worths.indexOf(total) };
}

function costOf(at: number, length: number, size: number, hasSeam: boolean): number {
  if (at === 0 && !hasSeam) return GAP_COST.atStart;
  return at + length === size ? GAP_COST.atEnd : GAP_COST.inside;
}

function collect({ start, end, charsets }: Fitting, chosen: Ways): readonly Piece[] {
  const pieces: { start: number; end: number; charset: string; isGap: boolean }[] = [];
  let ways = chosen;
  let own = chosen.first;
  for (let at = start; at < end; ) {
    const place = own * (end - start + 1) + at - start;
    const length = ways.lengths[place] ?? 1;
    own = ways.charsets[place] ?? 0;
    if (ways.behind?.isNext[place] === 1) ways = ways.behind.ways;
    const next = at + Math.abs(length);
    const charset = (length < 0 ? undefined : charsets[own]) ?? charsets[0];
    const last = pieces.at(-1);
    if (length > 0 && last?.isGap === false && last.charset === charset) last.end = next;
    else pieces.push({ start: at, end: next, charset, isGap: length < 0 });
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
