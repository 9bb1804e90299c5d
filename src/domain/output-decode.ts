/** What the bytes of an output say. */
export interface DecodedOutput {
  readonly text: string;
  /** WHATWG name of the charset that `text` was decoded with: `utf-8`, `gb18030`, `utf-16le` or `utf-16be`. */
  readonly charset: string;
  /** True where some bytes could not be decoded; `text` then holds U+FFFD in their place. */
  readonly lossy: boolean;
}

/**
 * Turns the bytes of an output into text; never throws, linear in the number of bytes.
 *
 * A byte order mark decides and is taken off. Without one: strict UTF-8; else UTF-8 that is whole but for where it was cut;
 * else GB18030 where every byte fits; else UTF-8 with replacement characters. Cuts come from the upstream, which counts bytes
 * and not characters: the end of any output may be cut, and where bytes were dropped from its middle also one place inside.
 * Each cut piece of a character becomes one U+FFFD for a beginning and one for every byte of an end (WHATWG Encoding, UTF-8
 * decoder), and makes the text lossy.
 *
 * @param droppedBytes how many bytes the upstream dropped from the middle; null where it does not say, which counts as none.
 */
export function decodeOutput(bytes: Uint8Array, droppedBytes: number | null = null): DecodedOutput {
  const mark = BYTE_ORDER_MARKS.find(({ prefix }) => prefix.every((byte, index) => bytes[index] === byte));
  if (mark !== undefined) return decodeAs(mark.charset, bytes.subarray(mark.prefix.length));
  const text = decodeStrictly("utf-8", bytes);
  if (text !== null) return { text, charset: "utf-8", lossy: false };
  if (!isCutUtf8(bytes, (droppedBytes ?? 0) > 0)) {
    const chinese = decodeStrictly("gb18030", bytes);
    if (chinese !== null) return { text: chinese, charset: "gb18030", lossy: false };
  }
  return { text: DECODERS["utf-8"].tolerant.decode(bytes), charset: "utf-8", lossy: true };
}

type Charset = "utf-8" | "gb18030" | "utf-16le" | "utf-16be";

const BYTE_ORDER_MARKS: readonly { readonly prefix: readonly number[]; readonly charset: Charset }[] = [
  { prefix: [0xef, 0xbb, 0xbf], charset: "utf-8" },
  { prefix: [0xff, 0xfe], charset: "utf-16le" },
  { prefix: [0xfe, 0xff], charset: "utf-16be" },
  { prefix: [0x84, 0x31, 0x95, 0x33], charset: "gb18030" },
];

type Decoders = ReturnType<typeof createDecoders>;

const DECODERS: Readonly<Record<Charset, Decoders>> = {
  "utf-8": createDecoders("utf-8"),
  gb18030: createDecoders("gb18030"),
  "utf-16le": createDecoders("utf-16le"),
  "utf-16be": createDecoders("utf-16be"),
};

function createDecoders(charset: Charset) {
  // The mark has been taken off by then, so a second one is text and stays.
  return {
    strict: new TextDecoder(charset, { fatal: true, ignoreBOM: true }),
    tolerant: new TextDecoder(charset, { ignoreBOM: true }),
  };
}

function decodeAs(charset: Charset, bytes: Uint8Array): DecodedOutput {
  const text = decodeStrictly(charset, bytes);
  if (text !== null) return { text, charset, lossy: false };
  return { text: DECODERS[charset].tolerant.decode(bytes), charset, lossy: true };
}

function decodeStrictly(charset: Charset, bytes: Uint8Array): string | null {
  try {
    return DECODERS[charset].strict.decode(bytes);
  } catch {
    return null;
  }
}

/** True where nothing but cuts is wrong: the beginning of a character at the end, and one seam inside where that is allowed. */
function isCutUtf8(bytes: Uint8Array, hasSeam: boolean): boolean {
  let seamsLeft = hasSeam ? 1 : 0;
  let at = 0;
  while (at < bytes.length) {
    const { length, isWhole } = measureCharacter(bytes, at);
    at += length;
    if (isWhole || (length > 0 && at === bytes.length)) continue;
    if (seamsLeft === 0) return false;
    const strays = countContinuations(bytes, at);
    if (length + strays === 0 || strays > 3) return false;
    seamsLeft -= 1;
    at += strays;
  }
  return true;
}

/** How many bytes from `at` on belong to one character, and whether that is all of it; no byte where none can begin here. */
function measureCharacter(bytes: Uint8Array, at: number): { readonly length: number; readonly isWhole: boolean } {
  const lead = bytes[at] ?? 0;
  const expected = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  let length = Math.min(expected, 1);
  while (length < expected && isContinuation(bytes[at + length], length === 1 ? lead : 0)) length += 1;
  return { length, isWhole: expected > 0 && length === expected };
}

function countContinuations(bytes: Uint8Array, at: number): number {
  let count = 0;
  while (isContinuation(bytes[at + count], 0)) count += 1;
  return count;
}

/** Unicode 16, table 3-7: the second byte's range is narrower after some leads. */
function isContinuation(byte: number | undefined, lead: number): boolean {
  if (byte === undefined) return false;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return byte >= lowest && byte <= highest;
}
