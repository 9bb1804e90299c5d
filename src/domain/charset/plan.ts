import { findMark } from "./byte-order-mark.ts";
import { ChineseSign, weighChinese, weighPair } from "./chinese.ts";
import { readBetweenCuts } from "./edges.ts";
import { addPiece, type Fit, type Fitting, fit, likelier } from "./fit.ts";
import { weigherOf } from "./likelihood.ts";
import { remainderIn } from "./long-characters.ts";
import { type Measure, measureGb18030, measureUtf8 } from "./measure.ts";
import type { Piece, Plan } from "./piece.ts";
import { planAs } from "./plan-as.ts";
import { isLead, scanUtf8 } from "./utf8.ts";
import { findUtf16 } from "./utf16.ts";

/** Mean weight of a line's characters; shifted by a byte they have less than nothing. */
const SURE_WEIGHT = 0.3;

type Main = "utf-8" | "gb18030";

/**
 * Says how bytes are to be read when nobody knows their charset. A byte order mark decides, then NULs in every second byte
 * (UTF-16), then well-formed UTF-8, then whether UTF-8 or GB18030 explains more of the bytes beyond ASCII. Lines of the other
 * one are read as such; what a cut left of a character is a gap. Linear in the number of bytes.
 * @param hasSeam whether bytes were dropped from the middle
 */
export function planPieces(bytes: Uint8Array, hasSeam: boolean): Plan {
  const mark = findMark(bytes);
  if (mark?.charset === "utf-8") return planByLine(bytes, "utf-8", hasSeam, mark.prefix.length);
  if (mark !== undefined) return planAs(mark.charset, bytes, hasSeam);
  const isUtf8 = isWhole(bytes, 0, bytes.length, measureUtf8);
  const wide = bytes.includes(0) ? findUtf16(bytes, isUtf8, hasSeam) : null;
  if (wide !== null) return wide;
  if (isUtf8) return { pieces: [wholeOf(bytes, "utf-8")], charset: "utf-8", isCertain: true };
  return planMixed(bytes, hasSeam);
}

/** GB18030 from one end of a stretch to the other; null if anything but what cuts left is something else. */
function readChinese(bytes: Uint8Array, start: number, end: number): readonly Piece[] | null {
  const [isCutStart, isCutEnd] = [start === 0, end === bytes.length];
  return readBetweenCuts({
    bytes,
    start,
    end,
    charset: "gb18030",
    measure: measureGb18030,
    weigh,
    isCutStart,
    isCutEnd,
  });
}

const weigh = weigherOf("gb18030");

function planMixed(bytes: Uint8Array, hasSeam: boolean): Plan {
  const utf8 = planAs("utf-8", bytes, hasSeam);
  const explained = explain(bytes, utf8.pieces);
  if (explained.byLong * 2 > explained.all) return planByLine(bytes, "utf-8", hasSeam);
  const chinese = planByLine(bytes, "gb18030", hasSeam);
  if (chinese.isCertain) return chinese;
  if (explained.byAny * 2 > explained.all || isCutOnly(bytes, utf8.pieces, hasSeam)) return utf8;
  // Nothing says that it is Chinese: then it has to fit, but for what cuts left at its ends.
  const pieces = hasSeam ? null : readChinese(bytes, 0, bytes.length);
  if (pieces !== null) return { pieces, charset: "gb18030", isCertain: false };
  if (!isWhole(bytes, 0, bytes.length, measureGb18030)) return { ...utf8, isCertain: false };
  return { pieces: [wholeOf(bytes, "gb18030")], charset: "gb18030", isCertain: false };
}

/**
 * Each line alone: in the main charset, in parts in the other one, whichever is likelier. Where bytes were dropped, that is on
 * the one line which is likelier then than any other.
 * @param markEnd where the text begins behind a byte order mark; the line that bears it is in no other charset
 */
function planByLine(bytes: Uint8Array, main: Main, hasSeam: boolean, markEnd = 0): Plan {
  const planLine = main === "utf-8" ? planUtf8Line(bytes, hasSeam, markEnd) : planChineseLine(bytes, hasSeam);
  const lines = [...linesOf(bytes, markEnd)].map(({ start, end }) => planLine(start, end));
  const gain = Math.max(0, ...lines.map(({ seam }) => seam?.gain ?? 0));
  const torn = lines.find(({ seam }) => gain > 0 && seam?.gain === gain);
  const pieces: Piece[] = [];
  for (const line of lines) for (const piece of line === torn ? likelier(line) : line.pieces) addPiece(pieces, piece);
  const isForeign = pieces.some((piece) => piece.charset !== "utf-8");
  return { pieces, charset: main, isCertain: !isForeign || looksChinese(bytes, pieces) };
}

function* linesOf(bytes: Uint8Array, from: number) {
  for (let start = from; start < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
    yield { start, end };
    start = end;
  }
}

type PlanLine = (start: number, end: number) => Fit;

function planUtf8Line(bytes: Uint8Array, hasSeam: boolean, markEnd: number): PlanLine {
  const read = readMainlyUtf8(bytes);
  return (start, end) => {
    const pieces = scanUtf8(bytes, start, end);
    const gaps = pieces.filter((piece) => piece.isGap && piece.start > 0 && piece.end < bytes.length);
    const isMarked = markEnd > 0 && start === markEnd;
    if (isMarked || gaps.length === 0 || (hasSeam && isOnePlace(gaps))) return { pieces, seam: null };
    // A gap in UTF-8 shifts nothing, so that no place is likelier than others.
    return fit({ bytes, start, end, charsets: ["utf-8", "gb18030"], hasAscii: true, hasSeam: false, read });
  };
}

function planChineseLine(bytes: Uint8Array, hasSeam: boolean): PlanLine {
  const charsets: Fitting["charsets"] = ["gb18030", "utf-8"];
  const remainder = remainderIn(bytes);
  const fitting = { bytes, charsets, hasAscii: true, hasSeam, read: readMainlyChinese(bytes) };
  return (start, end) => {
    if (!hasSeam && isSurelyChinese(bytes, start, end)) return wholeLine(start, end, "gb18030");
    const between = hasSeam || holdsLongUtf8(bytes, start, end) ? null : readChinese(bytes, start, end);
    if (between !== null) {
      if (!isWhole(bytes, start, end, measureUtf8) || looksChinese(bytes, between))
        return { pieces: between, seam: null };
      return wholeLine(start, end, "utf-8");
    }
    const line = fit(remainder === undefined ? { ...fitting, start, end } : { ...fitting, start, end, remainder });
    if (!isWhole(bytes, start, end, measureUtf8) || looksChinese(bytes, line.pieces)) return line;
    return wholeLine(start, end, "utf-8");
  };
}

/** True if three bytes or more are one character of UTF-8: they are seldom so by chance. */
function holdsLongUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (measureUtf8(bytes, at) > 2) return true;
  return false;
}

function wholeLine(start: number, end: number, charset: Main): Fit {
  return { pieces: [{ start, end, charset, isGap: false }], seam: null };
}

/** True for ASCII, and for what holds so many frequent characters that no cut has shifted it: nearly every line. */
function isSurelyChinese(bytes: Uint8Array, start: number, end: number): boolean {
  let weight = 0;
  let count = 0;
  for (let at = start; at < end; ) {
    const length = measureGb18030(bytes, at);
    if (length === 0 || at + length > end) return false;
    if (length === 2) weight += weighPair(bytes[at] ?? 0, bytes[at + 1] ?? 0);
    if (length > 1) count += 1;
    at += length;
  }
  return weight >= count * SURE_WEIGHT;
}

function looksChinese(bytes: Uint8Array, pieces: readonly Piece[]): boolean {
  const sign = new ChineseSign();
  for (const { start, end, charset, isGap } of pieces) {
    if (charset === "gb18030" && !isGap) sign.count(bytes, start, end, measureGb18030);
  }
  return sign.isThere;
}

/** Chinese characters that are frequent come out of cut UTF-8 by chance only; others are no better than a gap. */
function readMainlyUtf8(bytes: Uint8Array): Fitting["read"] {
  return (at, offer) => {
    const length = measureUtf8(bytes, at);
    if (length > 0) offer(length, 0, 0);
    else if (measureGb18030(bytes, at) === 2) offer(2, weighForeign(bytes, at), 1);
  };
}

function readMainlyChinese(bytes: Uint8Array): Fitting["read"] {
  return (at, offer) => {
    const length = measureGb18030(bytes, at);
    if (length === 1) offer(1, -1, 0);
    if (length === 2) offer(2, weighChinese(bytes, at), 0);
    if (length === 4) offer(4, -1.5, 0);
    // Two bytes of UTF-8 are most often a character of GB18030 too; three are seldom so by chance.
    const foreign = measureUtf8(bytes, at);
    if (foreign > 2) offer(foreign, -0.6, 1);
  };
}

function weighForeign(bytes: Uint8Array, at: number): number {
  const weight = weighPair(bytes[at] ?? 0, bytes[at + 1] ?? 0);
  return weight === 1 ? -0.5 : weight === -1 ? -4 : -1;
}

/**
 * How many bytes beyond ASCII there are, and how many of them UTF-8 explains: two at a time that may be by chance, for so begins
 * many a Chinese character of GB18030, three or more hardly.
 */
function explain(bytes: Uint8Array, pieces: readonly Piece[]) {
  const counts = { all: 0, byAny: 0, byLong: 0 };
  for (const { start, end, isGap } of pieces) {
    for (let at = start; at < end; ) {
      const length = isGap ? 1 : Math.max(1, measureUtf8(bytes, at));
      if ((bytes[at] ?? 0) >= 0x80) counts.all += length;
      if (length > 1) counts.byAny += length;
      if (length > 2) counts.byLong += length;
      at += length;
    }
  }
  return counts;
}

/** True where all that is missing is what cuts take: at the end, and in one place inside where bytes were dropped. */
function isCutOnly(bytes: Uint8Array, pieces: readonly Piece[], hasSeam: boolean): boolean {
  const gaps = pieces.filter((piece) => piece.isGap);
  // At the end a character may have lost its end; one without its beginning comes from a cut before it.
  const inside = gaps.filter(({ start, end }) => end < bytes.length || !isLead(bytes[start] ?? 0));
  return inside.length === 0 || (hasSeam && isOnePlace(inside));
}

// What is left of two characters side by side: one lost its end, the other its beginning.
function isOnePlace(gaps: readonly Piece[]): boolean {
  return gaps.length < 3 && gaps.every((gap, index) => index === 0 || gaps[index - 1]?.end === gap.start);
}

function isWhole(bytes: Uint8Array, start: number, end: number, measure: Measure): boolean {
  for (let at = start; at < end; ) {
    const length = measure(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

function wholeOf(bytes: Uint8Array, charset: string): Piece {
  return { start: 0, end: bytes.length, charset, isGap: false };
}
