import { canonicalName, measureOf, type Piece, planAs, planPieces } from "./charset/index.ts";
import { takeBreak } from "./slices.ts";

/** What the bytes of an output say. */
export interface DecodedOutput {
  readonly text: string;
  /** WHATWG name of the charset that most of `text` was decoded with. */
  readonly charset: string;
  /** True where some bytes could not be decoded; `text` then holds U+FFFD in their place. */
  readonly lossy: boolean;
  /** False where the bytes fit GB18030 without a sign that they are Chinese, or fit nothing. */
  readonly isCharsetCertain: boolean;
}

/** How an output is decoded. */
export interface DecodeOptions {
  /** A WHATWG label of the charset; found out unless given. */
  readonly charset?: string;
  /**
   * Only what lies behind so many bytes. A character that begins before and ends behind them is left out: what comes begins
   * with the next one. The charset is that of the whole all the same.
   */
  readonly fromByte?: number;
}

/**
 * Turns the bytes of an output into text; never throws for bytes, linear in their number.
 *
 * The charset is found as `planPieces` says. Cuts come from the upstream, which counts bytes and not characters: either end of an
 * output may be cut, and where bytes were dropped also one place inside. What a cut left of a character becomes one U+FFFD (in
 * UTF-8 as the WHATWG decoder has it: one for a beginning and one for every byte of an end), and makes the text lossy.
 *
 * @param droppedBytes how many bytes the upstream dropped from the middle; null where it does not say, which counts as none
 * @throws RangeError for a label that names no charset: see {@link isCharset}
 */
export function decodeOutput(
  bytes: Uint8Array,
  droppedBytes: number | null = null,
  { charset, fromByte = 0 }: DecodeOptions = {},
): DecodedOutput {
  if (charset === undefined) {
    const text = decodeUsual(bytes, fromByte);
    if (text !== null) return { text, charset: "utf-8", lossy: false, isCharsetCertain: true };
  }
  const hasSeam = (droppedBytes ?? 0) > 0;
  const plan = charset === undefined ? planPieces(bytes, hasSeam) : planAs(requireCharset(charset), bytes, hasSeam);
  const parts = runsOf(plan.pieces, fromByte).map((run) => decodeRun(bytes, run, fromByte));
  return {
    text: parts.map((part) => part.text).join(""),
    charset: plan.charset,
    lossy: parts.some((part) => part.lossy),
    isCharsetCertain: plan.isCertain,
  };
}

/**
 * Decodes some kilobytes of odd bytes in small parts, so that the first output that needs it does not wait until the decoder is compiled
 * and characters are weighed: that takes some 100 ms of processor time. Others are served meanwhile.
 */
export async function warmDecoder(): Promise<void> {
  const charsets = [...Array.from({ length: 12 }, () => undefined), "big5", "shift_jis", "euc-jp", "euc-kr"];
  let odd = 1;
  for (const charset of charsets) {
    const bytes = Uint8Array.from({ length: 1024 }, () => {
      odd = Math.imul(odd, 1_664_525) + 1_013_904_223;
      return odd >>> 24;
    });
    decodeOutput(bytes, null, charset === undefined ? {} : { charset });
    await takeBreak();
  }
}

/** True for every label that the WHATWG Encoding Standard gives a charset, in any case: `utf-8`, `gb2312`, `sjis`. */
export function isCharset(label: string): boolean {
  return canonicalName(label) !== null;
}

function requireCharset(label: string): string {
  const name = canonicalName(label);
  if (name === null) throw new RangeError(`\`charset\`: expected a WHATWG label, got ${JSON.stringify(label)}.`);
  return name;
}

// Nearly every output is UTF-8 without a NUL, which needs no plan.
function decodeUsual(bytes: Uint8Array, fromByte: number): string | null {
  if (bytes.includes(0) || bytes[0] === BYTE_ORDER_MARK_START) return null;
  let start = Math.min(fromByte, bytes.length);
  while (start > 0 && isContinuation(bytes[start])) start += 1;
  try {
    const { strict } = decodersOf("utf-8");
    const text = strict.decode(bytes);
    return start === 0 ? text : strict.decode(bytes.subarray(start));
  } catch {
    return null;
  }
}

const BYTE_ORDER_MARK_START = 0xef;

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}

interface Part {
  readonly text: string;
  readonly lossy: boolean;
}

const NOTHING: Part = { text: "", lossy: false };

/** Pieces of one charset that follow each other, at least one. */
type Run = readonly [Piece, ...Piece[]];

/** Decoding costs as much as a thousand bytes each time, and odd bytes have a gap every second byte: alike ones are decoded together. */
function runsOf(pieces: readonly Piece[], fromByte: number): readonly Run[] {
  const runs: [Piece, ...Piece[]][] = [];
  let last: Piece | undefined;
  for (const piece of pieces) {
    const isNext = last !== undefined && last.charset === piece.charset && last.end === piece.start;
    if (isNext && last !== undefined && last.start >= fromByte && canJoin(last, piece)) runs.at(-1)?.push(piece);
    else runs.push([piece]);
    last = piece;
  }
  return runs;
}

// In UTF-8 the bytes of a longer gap stay as they are, and of two such gaps the second could continue the first.
function canJoin(last: Piece, next: Piece): boolean {
  if (last.charset !== "utf-8") return WITHOUT_FF.has(last.charset);
  return !(last.isGap && next.isGap && isLong(last) && isLong(next));
}

function isLong({ start, end }: Piece): boolean {
  return end > start + 1;
}

/** Charsets that have no character at 0xFF, so that a decoder writes U+FFFD for it: for that of others Node.js has one of its own. */
const WITHOUT_FF: ReadonlySet<string> = new Set(["gb18030", "shift_jis", "euc-kr", "euc-jp"]);
const NO_CHARACTER = 0xff;

function decodeRun(bytes: Uint8Array, run: Run, fromByte: number): Part {
  const [first] = run;
  const last = run.at(-1) ?? first;
  if (run.length === 1) return decodePiece(bytes, first, fromByte);
  // Not `slice`, which for a Buffer is no copy.
  const joined = new Uint8Array(bytes.subarray(first.start, last.end));
  let size = 0;
  for (const piece of run) {
    const isOne = piece.isGap && (first.charset !== "utf-8" || !isLong(piece));
    if (isOne) joined[size] = NO_CHARACTER;
    else joined.copyWithin(size, piece.start - first.start, piece.end - first.start);
    size += isOne ? 1 : piece.end - piece.start;
  }
  return { text: decodersOf(first.charset).tolerant.decode(joined.subarray(0, size)), lossy: true };
}

function decodePiece(bytes: Uint8Array, piece: Piece, fromByte: number): Part {
  if (piece.end <= fromByte) return NOTHING;
  if (piece.start >= fromByte) return decodeWhole(bytes.subarray(piece.start, piece.end), piece);
  if (piece.isGap) return NOTHING;
  const measure = measureOf(piece.charset);
  if (measure === null) return decodeBehind(bytes, piece, fromByte);
  let at = piece.start;
  while (at < fromByte) at += Math.max(1, measure(bytes, at));
  return decodeWhole(bytes.subarray(at, piece.end), piece);
}

// Such a charset shifts between tables, so what lies before says how to read on.
function decodeBehind(bytes: Uint8Array, { start, end, charset }: Piece, fromByte: number): Part {
  const before = new TextDecoder(charset, { ignoreBOM: true }).decode(bytes.subarray(start, fromByte), {
    stream: true,
  });
  const { text, lossy } = decodeWhole(bytes.subarray(start, end), { charset, isGap: false });
  return { text: text.slice(before.length), lossy };
}

// Strict decoders throw, which costs as much as a thousand characters: they are asked only if there is a doubt.
function decodeWhole(bytes: Uint8Array, { charset, isGap }: Pick<Piece, "charset" | "isGap">): Part {
  if (isGap && charset !== "utf-8") return { text: "\ufffd", lossy: true };
  const { strict, tolerant } = decodersOf(charset);
  const text = tolerant.decode(bytes);
  if (isGap || !text.includes("\ufffd")) return { text, lossy: isGap };
  try {
    return { text: strict.decode(bytes), lossy: false };
  } catch {
    return { text, lossy: true };
  }
}

type Decoders = ReturnType<typeof createDecoders>;

const decoders = new Map<string, Decoders>();

function decodersOf(charset: string): Decoders {
  const known = decoders.get(charset) ?? createDecoders(charset);
  decoders.set(charset, known);
  return known;
}

function createDecoders(charset: string) {
  // The mark has been taken off by then, so a second one is text and stays.
  return {
    strict: new TextDecoder(charset, { fatal: true, ignoreBOM: true }),
    tolerant: new TextDecoder(charset, { ignoreBOM: true }),
  };
}
