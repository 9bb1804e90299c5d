import { findMark } from "./byte-order-mark.ts";
import { readBetweenCuts } from "./edges.ts";
import { createFit, type Fitting, likelier } from "./fit.ts";
import { weigherOf } from "./likelihood.ts";
import { remainderIn } from "./long-characters.ts";
import { measureOf } from "./measure.ts";
import type { Plan } from "./piece.ts";
import { scanUtf8 } from "./utf8.ts";
import { fitUtf16 } from "./utf16.ts";

/**
 * Says how bytes are to be read in a charset that is known: what a cut left of a character is a gap, and all else is whole. Bytes
 * that are whole characters but for their ends are read on from one end to the other; only others are read in the likeliest way.
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
  const end = bytes.length;
  const between = hasSeam
    ? null
    : readBetweenCuts({ bytes, start, end, charset, measure, weigh, isCutStart: start === 0, isCutEnd: true });
  if (between !== null) return between;
  const read: Fitting["read"] = (at, offer) => {
    const length = measure(bytes, at);
    if (length > 0) offer(length, weigh(bytes, at, length), 0);
  };
  const remainder = charset === "gb18030" || charset === "gbk" ? remainderIn(bytes) : undefined;
  const fitting = { bytes, charsets: [charset], hasAscii: true, hasSeam, read } as const;
  return likelier(createFit(remainder === undefined ? fitting : { ...fitting, remainder })(start, end));
}
