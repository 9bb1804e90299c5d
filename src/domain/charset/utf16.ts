import { isFrequentUnit } from "./chinese.ts";
import { createFit, type Fitting, likelier } from "./fit.ts";
import { isWhole, type Measure, measureUtf8, measureUtf16be, measureUtf16le } from "./measure.ts";
import type { Piece, Plan } from "./piece.ts";

/** UTF-16 in either order. */
export type WideCharset = "utf-16le" | "utf-16be";

/** Share of the characters that must be of the usual kinds: of other bytes, read in pairs, most are not. */
const USUAL_SHARE = 0.9;
/** Share of what ASCII in UTF-16 looks like: letters of plain ASCII in pairs look like ideographs, and some have a NUL between. */
const ASCII_SHARE = 0.75;
/** Below this, bytes that are UTF-8 as well are UTF-16 for certain only if nothing speaks against it. */
const FEW_BYTES = 32;
/** Share of ASCII, kana and the most frequent characters of Chinese together, where the bytes are no UTF-8. */
const FREQUENT_SHARE = 0.4;
/** Share of ASCII and ideographs, rare ones too, where the bytes are no UTF-8: names hold few of the frequent ones. */
const WRITTEN_SHARE = 0.95;

/**
 * Finds UTF-16 by its NULs: there is one in every second byte of what is ASCII. Cuts may have shifted what is behind them by
 * one byte. Null where the bytes are something else, which may hold NULs too (`find -print0`).
 * @param isUtf8 whether the bytes are well-formed UTF-8 as well
 */
export function findUtf16(bytes: Uint8Array, isUtf8: boolean, hasSeam: boolean): Plan | null {
  if (bytes.length < 2) return null;
  const little = readAs("utf-16le", bytes, hasSeam);
  const big = readAs("utf-16be", bytes, hasSeam);
  const better = big.score > little.score ? big : little;
  const isLikely = isUtf8
    ? better.ascii >= ASCII_SHARE
    : better.frequent >= FREQUENT_SHARE || better.written >= WRITTEN_SHARE;
  if (!isLikely || better.usual < USUAL_SHARE) return null;
  const { pieces } = better;
  const isOpen = isUtf8 && bytes.length < FEW_BYTES && (better.ascii < 1 || hasGap(pieces));
  return { pieces, charset: better.charset, isCertain: !isOpen };
}

/** True if bytes that UTF-16 does not explain whole are UTF-8 as well, and too few to say that they are UTF-16. */
export function isOpenUtf16(bytes: Uint8Array, pieces: readonly Piece[]): boolean {
  return bytes.length < FEW_BYTES && hasGap(pieces) && isWhole(bytes, 0, bytes.length, measureUtf8);
}

function hasGap(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) => piece.isGap);
}

/** Reads bytes as UTF-16, with the least left out where cuts have shifted them. */
export function fitUtf16(charset: WideCharset, bytes: Uint8Array, start: number, hasSeam: boolean): readonly Piece[] {
  const measure: Measure = charset === "utf-16le" ? measureUtf16le : measureUtf16be;
  const read: Fitting["read"] = (at, offer) => {
    const length = measure(bytes, at);
    if (length > 0) offer(length, WEIGHTS[classify(bytes, at, charset)], 0);
  };
  return likelier(createFit({ bytes, charsets: [charset], hasAscii: false, hasSeam, read })(start, bytes.length));
}

/** One at either end and one inside. */
const ALLOWED_CUTS = 3;

/** How likely a unit is in a text. */
export type Kind = "ascii" | "frequent" | "usual" | "rare" | "other";

const WEIGHTS: Readonly<Record<Kind, number>> = { ascii: 0.7, frequent: 0.75, usual: 0, rare: -0.25, other: -1 };

/** Says of which kind the unit at a place is. */
export function classify(bytes: Uint8Array, at: number, charset: WideCharset): Kind {
  const high = charset === "utf-16le" ? 1 : 0;
  const upper = bytes[at + high] ?? 0;
  const lower = bytes[at + 1 - high] ?? 0;
  if (upper === 0) return classifyLatin(lower);
  if (upper >= 0x4e && upper <= 0x9f) return isFrequentUnit(upper * 256 + lower) ? "frequent" : "rare";
  if (upper === 0x30 && lower > 0x40) return "frequent";
  // Letters of Europe, punctuation, arrows, drawing, kana, hangul, surrogates, wide forms.
  const isUsual = upper <= 6 || upper === 0x20 || upper === 0x21 || upper === 0x25 || upper === 0x30 || upper === 0xff;
  if (isUsual || (upper >= 0xac && upper <= 0xdf)) return "usual";
  return upper >= 0x22 && upper <= 0x27 ? "rare" : "other";
}

function classifyLatin(code: number): Kind {
  const isControl = code < 8 || (code > 0x1b && code < 0x20);
  if (code < 0x7f) return isControl ? "other" : "ascii";
  return code < 0xa0 ? "other" : "usual";
}

function readAs(charset: WideCharset, bytes: Uint8Array, hasSeam: boolean) {
  const pieces = fitUtf16(charset, bytes, 0, hasSeam);
  const counts: Record<Kind, number> = { ascii: 0, frequent: 0, usual: 0, rare: 0, other: 0 };
  for (const { start, end, isGap } of pieces) {
    if (!isGap) for (let at = start; at < end; at += 2) counts[classify(bytes, at, charset)] += 1;
  }
  const gapCount = pieces.filter((piece) => piece.isGap).length;
  const kinds = Object.keys(counts) as Kind[];
  const all = Math.max(
    1,
    kinds.reduce((sum, kind) => sum + counts[kind], 0),
  );
  // A cut at the end is the commoner one, so a gap at the start counts a little more.
  const startGap = pieces[0]?.isGap === true ? 0.5 : 0;
  return {
    pieces,
    charset,
    score: kinds.reduce((sum, kind) => sum + counts[kind] * WEIGHTS[kind], -gapCount - startGap),
    ascii: counts.ascii / all,
    frequent: (counts.ascii + counts.frequent) / all,
    written: (counts.ascii + counts.frequent + counts.rare) / all,
    usual: 1 - Math.max(0, counts.other + gapCount - ALLOWED_CUTS) / all,
  };
}
