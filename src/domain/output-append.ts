import type { Output } from "./invocation.ts";
import { type DecodedOutput, type DecodeOptions, decodeOutput } from "./output-decode.ts";

/** What of an output is new. */
export interface AppendedOutput {
  /** The first byte that is told; 0 if what was told before does not stand any more. */
  readonly fromByte: number;
  /** Where to go on. */
  readonly nextByte: number;
  readonly text: string;
  /**
   * True if the output does not begin with what was told before: bytes were dropped, another execution began, or what has come since
   * shows that the bytes are of another charset.
   */
  readonly isReset: boolean;
}

/**
 * What an output tells beyond what was told before; null for nothing. No character is cut: as long as more may come, what may be
 * the beginning of one is left for the next time. Odd bytes are decoded several times over: it yields them before each time.
 *
 * @param told what was told before, null for nothing; its bytes up to `nextByte` are compared
 * @param isOver true if nothing more will come
 */
export function* readAppended(
  { bytes, droppedBytes }: Output,
  told: { readonly output: Output | null; readonly nextByte: number },
  isOver: boolean,
): Generator<Uint8Array, AppendedOutput | null, void> {
  const decode = createDecoding(bytes, droppedBytes);
  const isOther = !beginsWith(bytes, told);
  const fromByte = isOther ? 0 : told.nextByte;
  const nextByte = isOver ? bytes.byteLength : yield* wholeEnd(bytes, decode, fromByte);
  if (nextByte <= fromByte && !isOther) return null;
  const { text } = yield* decode(nextByte, { fromByte });
  if (told.output !== null && fromByte > 0) {
    const whole = yield* decode(nextByte);
    const before = yield* decode(fromByte);
    if (whole.text !== before.text + text) return { fromByte: 0, nextByte, text: whole.text, isReset: true };
  }
  return { fromByte, nextByte, text, isReset: isOther };
}

/** Decodes the output up to a byte, once each. */
type Decode = (end: number, options?: DecodeOptions) => Generator<Uint8Array, DecodedOutput, void>;

function createDecoding(bytes: Uint8Array, droppedBytes: number | null): Decode {
  const known = new Map<string, DecodedOutput>();
  return function* (end, { fromByte = 0, charset } = {}) {
    const key = `${end} ${fromByte} ${charset ?? ""}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const part = bytes.subarray(0, end);
    yield part;
    const decoded = decodeOutput(part, droppedBytes, { fromByte, ...(charset !== undefined && { charset }) });
    known.set(key, decoded);
    return decoded;
  };
}

function beginsWith(bytes: Uint8Array, told: { readonly output: Output | null; readonly nextByte: number }): boolean {
  if (told.nextByte > bytes.byteLength) return false;
  if (told.output === null) return true;
  return Buffer.compare(told.output.bytes.subarray(0, told.nextByte), bytes.subarray(0, told.nextByte)) === 0;
}

const LINE_FEED = 0x0a;

/** The end of the last whole character: of UTF-8 and UTF-16 exactly; of other charsets, and of several, that of the last line. */
function* wholeEnd(bytes: Uint8Array, decode: Decode, fromByte: number): Generator<Uint8Array, number, void> {
  const end = bytes.byteLength - cutLength(bytes);
  const { charset, lossy, text } = yield* decode(end);
  const isWide = charset.startsWith("utf-16");
  const isAlone = isWide && (yield* decode(end, { charset })).text === text;
  // A NUL among other charsets may begin a line of UTF-16.
  if (bytes.includes(0) && !isAlone) {
    return lossy && isLossyBefore(bytes, text) ? fromByte : Math.max(fromByte, yield* lastLineEnd(bytes, decode));
  }
  if (charset === "utf-8" && !lossy) return end;
  if (isWide) return Math.max(fromByte, wholeUnits(bytes, charset));
  // No other charset has a line feed inside a character.
  return Math.max(fromByte, bytes.lastIndexOf(LINE_FEED) + 1);
}

/** How many lines of the end may be in doubt. */
const DOUBTFUL_LINES = 3;

/** True if what is no text lies before the lines that are in doubt: none of them ends text, then. */
function isLossyBefore(bytes: Uint8Array, text: string): boolean {
  let start = bytes.length;
  for (let line = 0; line <= DOUBTFUL_LINES && start > 0; line += 1) start = bytes.lastIndexOf(LINE_FEED, start - 1);
  // No byte makes more than a character.
  const first = text.indexOf("\ufffd");
  return first >= 0 && text.length - first > bytes.length - Math.max(start, 0);
}

/** Behind the last line feed that is one in its charset: of UTF-16 one byte of it stands before or behind it. */
function* lastLineEnd(bytes: Uint8Array, decode: Decode): Generator<Uint8Array, number, void> {
  let at = bytes.length - 1;
  for (let line = 0; line < DOUBTFUL_LINES && at > 0; line += 1) {
    // The byte behind it may be a part of it.
    at = bytes.lastIndexOf(LINE_FEED, at - 1);
    if (at < 0) break;
    for (const end of bytes[at + 1] === 0 ? [at + 2, at + 1] : [at + 1]) {
      const { text, lossy } = yield* decode(end);
      if (!lossy && text.endsWith("\n")) return end;
    }
  }
  return 0;
}

function wholeUnits(bytes: Uint8Array, charset: string): number {
  const end = bytes.byteLength - (bytes.byteLength % 2);
  const high = bytes[charset === "utf-16be" ? end - 2 : end - 1] ?? 0;
  return high >= 0xd8 && high < 0xdc ? end - 2 : end;
}

/** How many bytes at the end begin a character of UTF-8 without ending it: 0 to 3. */
function cutLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.byteLength; back += 1) {
    const byte = bytes[bytes.byteLength - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
