import { findMark } from "./byte-order-mark.ts";
import { type Fitting, fit } from "./fit.ts";
import { weigherOf } from "./likelihood.ts";
import { measureOf } from "./measure.ts";
import type { Plan } from "./piece.ts";
import { scanUtf8 } from "./utf8.ts";
import { fitUtf16 } from "./utf16.ts";

/**
 * Says how bytes are to be read in a charset that is known: what a cut left of a character is a gap, and all else is whole.
 * The charset's own byte order mark is no text.
 * @param charset a WHATWG name
 */
export function planAs(charset: string, bytes: Uint8Array): Plan {
  const mark = findMark(bytes);
  const start = mark?.charset === charset ? mark.prefix.length : 0;
  return { pieces: piecesOf(charset, bytes, start), charset, isCertain: true };
}

function piecesOf(charset: string, bytes: Uint8Array, start: number): Plan["pieces"] {
  if (charset === "utf-16le" || charset === "utf-16be") return fitUtf16(charset, bytes, start);
  if (charset === "utf-8") return scanUtf8(bytes, start, bytes.length);
  const measure = measureOf(charset);
  if (measure === null) return [{ start, end: bytes.length, charset, isGap: false }];
  const weigh = weigherOf(charset);
  const read: Fitting["read"] = (at, offer) => {
    const length = measure(bytes, at);
    if (length > 0) offer(length, length === 2 ? weigh(bytes[at] ?? 0, bytes[at + 1] ?? 0) : 0, 0);
  };
  return fit({ bytes, start, end: bytes.length, charsets: [charset], hasAscii: true, read });
}
