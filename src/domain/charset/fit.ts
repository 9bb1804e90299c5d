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
  /** Names the ways to read on from a byte; leaving bytes out is always possible too. */
  readonly read: (at: number, offer: Offer) => void;
}

/** What a gap takes from the score: more than any one character adds, less at either end, where cuts are most likely. */
const GAP_COST = { inside: 3.5, atEnd: 1.25 };
/** A cut character leaves at most three bytes on either side; with two cuts side by side there are two gaps. */
const LONGEST_GAP = 3;

/**
 * Reads a stretch in the likeliest way: the one whose scores sum up highest, where each gap costs something. Chosen from
 * the end by dynamic programming, so that a cut at the start shifts nothing behind it. Linear in the number of bytes.
 */
export function fit(fitting: Fitting): readonly Piece[] {
  const { bytes, start, end, hasAscii, read } = fitting;
  const size = end - start;
  const best = new Float64Array(size + 1);
  const lengths = new Int8Array(size);
  const charsets = new Uint8Array(size);
  let at = 0;
  let score = 0;
  const offer: Offer = (length, value, charset) => {
    if (at + length > size) return;
    const total = (best[at + length] ?? 0) + value;
    if (total < score) return;
    score = total;
    lengths[at] = length;
    charsets[at] = charset;
  };
  for (at = size - 1; at >= 0; at -= 1) {
    if (hasAscii && (bytes[start + at] ?? 0) < 0x80) {
      score = best[at + 1] ?? 0;
      lengths[at] = 1;
    } else {
      score = Number.NEGATIVE_INFINITY;
      for (let length = 1; length <= LONGEST_GAP && at + length <= size; length += 1) {
        if (length > 1 && hasAscii && (bytes[start + at + length - 1] ?? 0) < 0x80) break;
        const total = (best[at + length] ?? 0) - costOf(start + at, length, bytes.length);
        if (total <= score) continue;
        score = total;
        lengths[at] = -length;
      }
      read(start + at, offer);
    }
    best[at] = score;
  }
  return collect(fitting, lengths, charsets);
}

// Among gaps of equal worth the shortest is best: what is left out is lost.
function costOf(at: number, length: number, size: number): number {
  return (at === 0 || at + length === size ? GAP_COST.atEnd : GAP_COST.inside) + length / 100;
}

function collect({ start, charsets }: Fitting, lengths: Int8Array, chosen: Uint8Array): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] ?? 1;
    const next = at + Math.abs(length);
    const isLast = length < 0 || next >= lengths.length || (lengths[next] ?? 0) < 0 || chosen[next] !== chosen[from];
    if (isLast) {
      const charset = length < 0 ? charsets[0] : (charsets[chosen[from] ?? 0] ?? charsets[0]);
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
