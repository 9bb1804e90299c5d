import { type ByteOrderMark, findMark } from "./byte-order-mark.ts";
import { addPiece, type Fit, likelier } from "./fit.ts";
import { isExoticUtf8 } from "./likelihood.ts";
import { isWhole, measureGb18030, measureUtf8 } from "./measure.ts";
import type { Piece, Plan } from "./piece.ts";
import { planAs } from "./plan-as.ts";
import { linePlanner, looksChinese, type Main, readChinese } from "./plan-line.ts";
import { findStretches, type WidthStretch } from "./stretches.ts";
import { isCutOnly } from "./utf8.ts";
import { findUtf16, isOpenUtf16 } from "./utf16.ts";

/**
 * Says how bytes are to be read when nobody knows their charset. Lines in UTF-16 are told from others by NULs and marks. Of what is
 * alike a byte order mark decides, then NULs in every second byte (UTF-16), then well-formed UTF-8, then whether UTF-8 or GB18030
 * explains more of the bytes beyond ASCII. Lines of the other one are read as such; what a cut left of a character is a gap.
 * Linear in the number of bytes.
 * @param hasSeam whether bytes were dropped from the middle
 */
export function planPieces(bytes: Uint8Array, hasSeam: boolean): Plan {
  const mark = findMark(bytes);
  const isWide = bytes.includes(0) || mark?.charset === "utf-16le" || mark?.charset === "utf-16be";
  const stretches = isWide ? findStretches(bytes) : [];
  if (stretches.length > 1) return planStretches(bytes, stretches, hasSeam);
  const plan = planAlike(bytes, hasSeam, mark);
  return stretches[0]?.isCertain === false ? { ...plan, isCertain: false } : plan;
}

/** Bytes that are all UTF-16, or all of them not. */
function planAlike(bytes: Uint8Array, hasSeam: boolean, mark: ByteOrderMark | undefined): Plan {
  if (mark?.charset === "utf-8") return planByLine(bytes, "utf-8", hasSeam, mark.prefix.length);
  if (mark !== undefined) return planAs(mark.charset, bytes, hasSeam);
  const isUtf8 = isWhole(bytes, 0, bytes.length, measureUtf8);
  const wide = bytes.includes(0) ? findUtf16(bytes, isUtf8, hasSeam) : null;
  if (wide !== null) return wide;
  if (isUtf8) return { pieces: [wholeOf(bytes, "utf-8")], charset: "utf-8", isCertain: true };
  return planMixed(bytes, hasSeam);
}

/** Each stretch alone. The charset is that of most of the bytes. */
function planStretches(bytes: Uint8Array, stretches: readonly WidthStretch[], hasSeam: boolean): Plan {
  const pieces: Piece[] = [];
  const sizes = new Map<string, number>();
  let isCertain = true;
  for (const { start, end, charset, ...stretch } of stretches) {
    const own = bytes.subarray(start, end);
    const plan = charset === null ? planAlike(own, hasSeam, findMark(own)) : planAs(charset, own, hasSeam);
    for (const piece of plan.pieces) pieces.push({ ...piece, start: start + piece.start, end: start + piece.end });
    sizes.set(plan.charset, (sizes.get(plan.charset) ?? 0) + own.length);
    const isOpen = charset !== null && isOpenUtf16(own, plan.pieces);
    isCertain &&= stretch.isCertain && plan.isCertain && !isOpen;
  }
  const [[charset] = ["utf-8"]] = [...sizes].toSorted(([, one], [, other]) => other - one);
  return { pieces, charset, isCertain };
}

function planMixed(bytes: Uint8Array, hasSeam: boolean): Plan {
  const utf8 = planAs("utf-8", bytes, hasSeam);
  const explained = explain(bytes, utf8.pieces);
  if (explained.byLong * 2 > explained.all) return planByLine(bytes, "utf-8", hasSeam);
  const chinese = planByLine(bytes, "gb18030", hasSeam);
  const isUtf8 = isCutOnly(bytes, utf8.pieces, { hasSeam, isCutStart: false });
  // One cut alone is likelier than a cut, or a change of the charset, among what happens to be frequent characters.
  if (chinese.isCertain && (!isUtf8 || chinese.pieces.every(isChinese))) return chinese;
  // One odd byte may begin a character that was cut, or be a letter of another charset.
  if (isUtf8) return { ...utf8, isCertain: explained.all > 1 };
  if (explained.byAny * 2 > explained.all) return planByLine(bytes, "utf-8", hasSeam);
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
  const planLine = linePlanner(bytes, main, hasSeam, markEnd);
  const lines: Fit[] = [];
  let torn: Fit | undefined;
  for (let start = markEnd; start < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
    const line = planLine(start, end);
    if ((line.seam?.gain ?? 0) > (torn?.seam?.gain ?? 0)) torn = line;
    lines.push(line);
    start = end;
  }
  const pieces: Piece[] = [];
  for (const line of lines) for (const piece of line === torn ? likelier(line) : line.pieces) addPiece(pieces, piece);
  const isForeign = pieces.some((piece) => piece.charset !== "utf-8");
  return { pieces, charset: main, isCertain: !isForeign || looksChinese(bytes, pieces) };
}

/**
 * How many bytes beyond ASCII there are, and how many of them UTF-8 explains: two at a time that may be by chance, for so begins
 * many a Chinese character of GB18030, three or more hardly, unless they are one that texts hold hardly ever.
 */
function explain(bytes: Uint8Array, pieces: readonly Piece[]) {
  const counts = { all: 0, byAny: 0, byLong: 0 };
  for (const { start, end, isGap } of pieces) {
    for (let at = start; at < end; ) {
      const length = isGap ? 1 : Math.max(1, measureUtf8(bytes, at));
      if ((bytes[at] ?? 0) >= 0x80) counts.all += length;
      if (length > 1) counts.byAny += length;
      if (length > 2 && !isExoticUtf8(bytes, at)) counts.byLong += length;
      at += length;
    }
  }
  return counts;
}

function isChinese({ charset, isGap }: Piece): boolean {
  return charset === "gb18030" && !isGap;
}

function wholeOf(bytes: Uint8Array, charset: string): Piece {
  return { start: 0, end: bytes.length, charset, isGap: false };
}
