import type { Piece } from "./piece.ts";

/** Offers one way to read on: so many bytes as a character of this charset (by its place in {@link Fitting.charsets}). */
export type Offer = (length: number, score: number, charset: number) => void;

/** What is to be read, and how that may be done. */
export interface Fitting {
  readonly bytes: Uint8Array;
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
 * Reads stretches in the likeliest way: the one whose scores sum up highest, where each gap costs something. Chosen from
 * the end by dynamic programming, so that a cut at the start shifts nothing behind it. Linear in the number of bytes.
 * One after the other is read in the same room: an output can have ten thousand lines.
 */
export function createFit(fitting: Fitting): (start: number, end: number) => Fit {
  const { charsets, hasSeam } = fitting;
  const options = createOptions(fitting);
  let plain = createWays(0);
  let seamed = plain;
  return (start, end) => {
    const size = (end - start + 1) * charsets.length;
    if (plain.best.length < size) {
      plain = createWays(size);
      seamed = hasSeam ? createWays(size) : plain;
    }
    choose(options, start, end, charsets.length, plain, hasSeam ? seamed : null);
    const stretch = { start, end, charsets };
    const likeliest = firstOf(stretch, plain);
    const pieces = collect(stretch, likeliest.charset, plain, null);
    if (!hasSeam) return { pieces, seam: null };
    const torn = firstOf(stretch, seamed);
    const gain = torn.worth - likeliest.worth;
    return { pieces, seam: gain > 0 ? { pieces: collect(stretch, torn.charset, seamed, plain), gain } : null };
  };
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
  /** 1 where the next step is the gap of the dropped bytes, behind which the plain ways go on. */
  readonly isSeam: Uint8Array;
}

function createWays(size: number): Ways {
  return {
    best: new Float64Array(size),
    lengths: new Int8Array(size),
    charsets: new Uint8Array(size),
    isSeam: new Uint8Array(size),
  };
}

/** The ways to read on from one byte, the same for all charsets before it. Of those that are worth the same the first counts. */
interface Options {
  /** Finds those from here on, within a stretch. */
  find(at: number, end: number): void;
  count: number;
  /** Below 0 for gaps. */
  readonly lengths: Int8Array;
  /** What a character adds, or what a gap costs. */
  readonly values: Float64Array;
  /** What its further bytes take from a gap, wherever it is. */
  readonly more: Float64Array;
  readonly charsets: Uint8Array;
}

/** One remainder, the gaps, and three characters. */
const MOST_OPTIONS = LONGEST_GAP + 4;
/** That of the bytes before. */
const SAME = 255;

function createOptions({ bytes, hasAscii, hasSeam, read, remainder }: Fitting): Options {
  const lengths = new Int8Array(MOST_OPTIONS);
  const values = new Float64Array(MOST_OPTIONS);
  const more = new Float64Array(MOST_OPTIONS);
  const charsets = new Uint8Array(MOST_OPTIONS);
  let from = 0;
  let stop = 0;
  const offer: Offer = (length, value, charset) => {
    if (from + length > stop) return;
    lengths[options.count] = length;
    values[options.count] = value;
    charsets[options.count] = charset;
    options.count += 1;
  };
  const offerGap = (length: number, further: number): void => {
    lengths[options.count] = -length;
    values[options.count] = costOf(from, length, bytes.length, hasSeam);
    more[options.count] = further;
    options.count += 1;
  };
  const options: Options = {
    find(at, end) {
      from = at;
      stop = end;
      options.count = 0;
      const left = remainder?.(at) ?? 0;
      // What belongs together is lost together.
      if (left > 0 && at + left <= end) offerGap(left, -GAP_COST.more / 10);
      if (hasAscii && (bytes[at] ?? 0) < 0x80) return offer(1, 0, SAME);
      // In UTF-16 a later gap keeps the characters that came whole.
      if (!hasAscii) read(at, offer);
      for (let length = 1; length <= LONGEST_GAP && at + length <= end; length += 1) {
        if (length > 1 && hasAscii && (bytes[at + length - 1] ?? 0) < 0x80) break;
        offerGap(length, (length - 1) * GAP_COST.more);
      }
      if (hasAscii) read(at, offer);
    },
    count: 0,
    lengths,
    values,
    more,
    charsets,
  };
  return options;
}

/** @param seamed also with the gap of the dropped bytes; null if there is none */
function choose(
  options: Options,
  start: number,
  end: number,
  charsetCount: number,
  plain: Ways,
  seamed: Ways | null,
): void {
  const size = end - start;
  for (let charset = 0; charset < charsetCount; charset += 1) {
    plain.best[charset * (size + 1) + size] = 0;
    if (seamed !== null) seamed.best[charset * (size + 1) + size] = 0;
  }
  for (let at = size - 1; at >= 0; at -= 1) {
    options.find(start + at, end);
    for (let before = 0; before < charsetCount; before += 1) {
      step(options, at, before, size + 1, plain, null);
      if (seamed !== null) step(options, at, before, size + 1, seamed, plain);
    }
  }
}

/** @param behind how to read on once the gap of the dropped bytes was used; null if there is none */
function step(options: Options, at: number, before: number, stride: number, ways: Ways, behind: Ways | null): void {
  const { count, lengths, values, more, charsets } = options;
  const { best } = ways;
  const place = before * stride + at;
  let score = Number.NEGATIVE_INFINITY;
  let taken = 0;
  let isSeam = 0;
  for (let option = 0; option < count; option += 1) {
    const length = lengths[option] ?? 0;
    const value = values[option] ?? 0;
    let total: number;
    if (length > 0) {
      const offered = charsets[option] ?? 0;
      const isSame = offered === SAME || offered === before;
      total =
        (best[isSame ? place + length : offered * stride + at + length] ?? 0) + value - (isSame ? 0 : CHANGE_COST);
    } else total = (best[place - length] ?? 0) - value - (more[option] ?? 0);
    if (total > score) {
      score = total;
      taken = option;
      isSeam = 0;
    }
    if (length > 0 || behind === null) continue;
    const torn = (behind.best[place - length] ?? 0) - GAP_COST.seam - (more[option] ?? 0);
    if (torn <= score) continue;
    score = torn;
    taken = option;
    isSeam = 1;
  }
  best[place] = score;
  const length = lengths[taken] ?? 1;
  const charset = charsets[taken] ?? 0;
  ways.lengths[place] = length;
  ways.charsets[place] = length < 0 || charset === SAME ? before : charset;
  ways.isSeam[place] = isSeam;
}

function costOf(at: number, length: number, size: number, hasSeam: boolean): number {
  if (at === 0 && !hasSeam) return GAP_COST.atStart;
  return at + length === size ? GAP_COST.atEnd : GAP_COST.inside;
}

/** A stretch, in bytes, and the charsets that it may be in. */
type Span = Pick<Fitting, "charsets"> & { readonly start: number; readonly end: number };

/** The likeliest charset of the first byte, and what it is worth. */
function firstOf({ start, end, charsets }: Span, { best }: Ways): { readonly charset: number; readonly worth: number } {
  const first = { charset: 0, worth: best[0] ?? 0 };
  for (let charset = 1; charset < charsets.length; charset += 1) {
    const worth = best[charset * (end - start + 1)] ?? 0;
    if (worth > first.worth) Object.assign(first, { charset, worth });
  }
  return first;
}

/** @param behind the ways behind the gap of the dropped bytes; null if there is none */
function collect({ start, end, charsets }: Span, first: number, chosen: Ways, behind: Ways | null): readonly Piece[] {
  const pieces: { start: number; end: number; charset: string; isGap: boolean }[] = [];
  let ways = chosen;
  let own = first;
  let last: (typeof pieces)[number] | undefined;
  for (let at = start; at < end; ) {
    const place = own * (end - start + 1) + at - start;
    const length = ways.lengths[place] ?? 1;
    own = ways.charsets[place] ?? 0;
    if (behind !== null && ways.isSeam[place] === 1) ways = behind;
    const next = at + Math.abs(length);
    const charset = (length < 0 ? undefined : charsets[own]) ?? charsets[0];
    if (length > 0 && last?.isGap === false && last.charset === charset) last.end = next;
    else {
      last = { start: at, end: next, charset, isGap: length < 0 };
      pieces.push(last);
    }
    at = next;
  }
  return pieces;
}

/** Adds a piece, as a part of the last one where that is read alike; two gaps stay two, for each is a character of its own. */
export function addPiece(pieces: Piece[], piece: Piece): void {
  const last = pieces.at(-1);
  const isSame = last !== undefined && last.end === piece.start && last.charset === piece.charset;
  if (isSame && !last.isGap && !piece.isGap)
    pieces[pieces.length - 1] = { start: last.start, end: piece.end, charset: last.charset, isGap: false };
  else pieces.push(piece);
}
