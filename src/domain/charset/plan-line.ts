import { ChineseSign, weighChinese, weighPair } from "./chinese.ts";
import { readBetweenCuts } from "./edges.ts";
import { createFit, type Fit, type Fitting } from "./fit.ts";
import { weigherOf, weighUtf8 } from "./likelihood.ts";
import { remainderIn } from "./long-characters.ts";
import { isWhole, measureGb18030, measureUtf8 } from "./measure.ts";
import type { Piece } from "./piece.ts";
import { isCutOnly, scanUtf8 } from "./utf8.ts";

/** Mean weight of a line's characters; shifted by a byte they have less than nothing. */
const SURE_WEIGHT = 0.3;

/** The charset of most of an output. */
export type Main = "utf-8" | "gb18030";

/**
 * Reads the lines of an output, each alone. Of these rules the first that applies decides:
 * 1. Among UTF-8, well-formed UTF-8 is UTF-8.
 * 2. What is whole in GB18030 and surely Chinese is GB18030.
 * 3. Among UTF-8, what lacks only what cuts take is UTF-8; among GB18030, what is well-formed and holds a long character.
 * 4. What is GB18030 from one end to the other, but for what cuts left, is that if no character of it is long in UTF-8.
 * 5. All else is read in the likeliest way, with each character in one charset or the other.
 *
 * Where bytes were dropped, 2 and 4 prove nothing.
 * @param markEnd where the text begins behind a byte order mark; the line that bears it is in no other charset
 */
export function linePlanner(bytes: Uint8Array, main: Main, hasSeam: boolean, markEnd: number) {
  const isUtf8Main = main === "utf-8";
  let fit: ReturnType<typeof createFit> | undefined;
  const fitLine = (start: number, end: number): Fit => {
    fit ??= createFit(fittingOf(bytes, main, hasSeam));
    return fit(start, end);
  };
  return (start: number, end: number): Fit => {
    if (isUtf8Main && isWhole(bytes, start, end, measureUtf8)) return wholeLine(start, end, "utf-8");
    const isMarked = markEnd > 0 && start === markEnd;
    if (!hasSeam && !isMarked && isSurelyChinese(bytes, start, end)) return wholeLine(start, end, "gb18030");
    if (isUtf8Main) {
      const pieces = scanUtf8(bytes, start, end);
      if (isMarked || isCutOnly(bytes, pieces, { hasSeam, isCutStart: !hasSeam })) return { pieces, seam: null };
    }
    const isUtf8 = isWhole(bytes, start, end, measureUtf8);
    const hasLong = holdsLongUtf8(bytes, start, end);
    if (isUtf8 && hasLong) return wholeLine(start, end, "utf-8");
    const between = hasSeam || isUtf8 || hasLong ? null : readChinese(bytes, start, end);
    return between === null ? fitLine(start, end) : { pieces: between, seam: null };
  };
}

function fittingOf(bytes: Uint8Array, main: Main, hasSeam: boolean): Fitting {
  const charsets: Fitting["charsets"] = main === "utf-8" ? ["utf-8", "gb18030"] : ["gb18030", "utf-8"];
  const fitting = { bytes, charsets, hasAscii: true, hasSeam, read: readEither(bytes, charsets) };
  const remainder = remainderIn(bytes);
  return remainder === undefined ? fitting : { ...fitting, remainder };
}

/** GB18030 from one end of a stretch to the other; null if anything but what cuts left is something else. */
export function readChinese(bytes: Uint8Array, start: number, end: number): readonly Piece[] | null {
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

/** True if what was read as GB18030 holds as many frequent characters as Chinese does. */
export function looksChinese(bytes: Uint8Array, pieces: readonly Piece[]): boolean {
  const sign = new ChineseSign();
  for (const { start, end, charset, isGap } of pieces) {
    if (charset === "gb18030" && !isGap) sign.count(bytes, start, end, measureGb18030);
  }
  return sign.isThere;
}

/** True for ASCII, and for what holds so many frequent characters that no cut has shifted it: nearly every line. */
function isSurelyChinese(bytes: Uint8Array, start: number, end: number): boolean {
  let weight = 0;
  let count = 0;
  for (let at = start; at < end; ) {
    const length = measureGb18030(bytes, at);
    if (length === 0 || at + length > end || isLongUtf8(bytes, at)) return false;
    if (length === 2) weight += weighPair(bytes[at] ?? 0, bytes[at + 1] ?? 0);
    if (length > 1) count += 1;
    at += length;
  }
  return weight >= count * SURE_WEIGHT;
}

/** True if a character of GB18030, or what a cut left of one, begins with what UTF-8 reads as one of three bytes or more. */
function holdsLongUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += Math.max(1, measureGb18030(bytes, at))) if (isLongUtf8(bytes, at)) return true;
  return false;
}

/** Three bytes are seldom one character of UTF-8 by chance, two often. */
function isLongUtf8(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] ?? 0) >= 0xe0 && measureUtf8(bytes, at) > 2;
}

function wholeLine(start: number, end: number, charset: Main): Fit {
  return { pieces: [{ start, end, charset, isGap: false }], seam: null };
}

function readEither(bytes: Uint8Array, charsets: readonly string[]): Fitting["read"] {
  const [chinese, utf8] = [charsets.indexOf("gb18030"), charsets.indexOf("utf-8")];
  return (at, offer) => {
    const length = measureGb18030(bytes, at);
    if (length === 1) offer(1, -1, chinese);
    if (length === 2) offer(2, weighChinese(bytes, at), chinese);
    if (length === 4) offer(4, -1.5, chinese);
    const other = measureUtf8(bytes, at);
    if (other > 1) offer(other, weighUtf8(bytes, at, other), utf8);
  };
}
