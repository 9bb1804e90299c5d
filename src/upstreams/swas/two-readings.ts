import { decodeOutput } from "#domain";
import { fromBase64 } from "../mapping/index.ts";

/** How the upstream writes a text that holds bytes. */
export type EncodingKind = "plain" | "base64";

/** From this length on, a text that is base64 of readable text is so by chance in no word of any language. */
const LONG = 16;
/** Of so many bytes on, what a cut spoiled of one character says nothing against a text. */
const CUT_BYTES_MIN = 24;

/** The bytes of a text that is not encoded. */
export function fromText(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

/** The bytes of a text that was written in this way; a text that cannot be base64 is taken as it is. */
export function readAs(kind: EncodingKind, text: string): Uint8Array {
  return kind === "plain" ? fromText(text) : (fromBase64(text) ?? fromText(text));
}

/**
 * How a text was written whose bytes another call told as well. Null if that does not say: neither fits, or both do.
 * @param isFinal false if there may be more in one of both, since the output still grew between the two calls
 */
export function compareReadings(text: string, bytes: Uint8Array, isFinal: boolean): EncodingKind | null {
  const expected = Buffer.from(bytes);
  const decoded = fromBase64(text);
  if (fromText(text).equals(expected) || text.trimEnd() === expected.toString("utf8").trimEnd()) return "plain";
  if (decoded !== null && expected.equals(decoded)) return "base64";
  if (isFinal) return null;
  const isPlain = isBeginning(fromText(text.trimEnd()), expected);
  const isBase64 = decoded !== null && isBeginning(decoded, expected);
  if (isPlain === isBase64) return null;
  return isPlain ? "plain" : "base64";
}

/**
 * How a text was most likely written if nothing else is known. Base64 has to be complete and canonical and to hold readable text;
 * a short one must not look like a word, for words such as `disk`, `WEEK` and `REVEREND` are base64 of readable text too.
 */
export function likelyKind(text: string): EncodingKind {
  const bytes = Buffer.from(text, "base64");
  if (text === "" || bytes.toString("base64") !== text) return "plain";
  if (NUMBER_LINE.test(bytes.toString("latin1"))) return "base64";
  if (LOOKS_LIKE_A_WORD.test(text)) return "plain";
  const isTelling = text.length >= LONG || text.endsWith("=");
  return isReadable(bytes, isTelling) ? "base64" : "plain";
}

const NUMBER_LINE = /^-?[0-9]+\r?\n$/;
const LOOKS_LIKE_A_WORD = /^(?:[A-Z]?[a-z]+|[A-Z]+|[0-9]+)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const UNREADABLE = /[\u0000-\u0006\u000e-\u001a\u001c-\u001f\u007f-\u009f]/;
const ASCII_LINES = /^[\t\r\n\x20-\x7e]+$/;

function isReadable(bytes: Buffer, isTelling: boolean): boolean {
  const { text, lossy, isCharsetCertain } = decodeOutput(bytes);
  if (!isTelling) return ASCII_LINES.test(text);
  const isCutOnly = bytes.length >= CUT_BYTES_MIN && text.split("\ufffd").length <= 4;
  return isCharsetCertain && !UNREADABLE.test(text) && (!lossy || isCutOnly);
}

function isBeginning(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length);
  return length > 0 && Buffer.compare(a.subarray(0, length), b.subarray(0, length)) === 0;
}
