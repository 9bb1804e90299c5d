import { findMark } from "./byte-order-mark.ts";
import { type Fitting, fit, likelier } from "./fit.ts";
import { weigherOf } from "./likelihood.ts";
import { remainderIn } from "./long-characters.ts";
import { measureOf } from "./measure.ts";
import type { Plan } from "./piece.ts";
import { scanUtf8 } from "./utf8.ts";
import { fitUtf16 } from "./utf16.ts";

/** Half a kana, one byte of Shift_JIS, is less likely than a byte that a cut left. */
const HALF_KANA_WEIGHT = -1.1;

/**
 * Says how bytes are to be read in a charset that is known: what a cut left of a character is a gap, and all else is whole.
 * The charset's own byte order mark is no text.
 * @param charset a WHATWG name
 * @param hasSeam whether bytes were dropped from the middle
 */
export function planAs(charset: string, bytes: Uint8Array, hasSeam: boolean): Plan {
  const mark = findMark(bytes);
  const start = mark?.charset === charset ? mark.prefix.length : 0;
  return { pieces: piecesOf(charset, bytes, start, hasSeam), charset, isCertain: true };
}

function piecesOf(charset: string, bytes: Uint8Array, start: number, hasSeam: boolean): Plan["pieces"] {
  if (charset === "utf-16le" || charset === "utf-16be") return fitUtf16(charset, bytes, start, hasSeam);
  if (charset === "utf-8") return scanUtf8(bytes, start, bytes.length);
  const measure = measureOf(charset);
  if (measure === null) return [{ start, end: bytes.length, charset, isGap: false }];
  const weigh = weigherOf(charset);
  const read: Fitting["read"] = (at, offer) => {
    const length = measure(bytes, at);
    if (length === 1) offer(1, charset === "shift_jis" ? HALF_KANA_WEIGHT : 0, 0);
    else if (length > 0) offer(length, length === 2 ? weigh(bytes, at) : 0, 0);
  };
  const remainder = charset === "gb18030" || charset === "gbk" ? remainderIn(bytes) : undefined;
  const fitting = { bytes, start, end: bytes.length, charsets: [charset], hasAscii: true, hasSeam, read } as const;
  return likelier(fit(remainder === undefined ? fitting : { ...fitting, remainder }));
}
