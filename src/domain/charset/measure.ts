/** How many bytes the character that begins at `at` takes; 0 where none that is whole and well-formed does. */
export type Measure = (bytes: Uint8Array, at: number) => number;

/** Characters of UTF-8, Unicode 16, table 3-7: the second byte's range is narrower after some leads. */
export const measureUtf8: Measure = (bytes, at) => {
  const lead = byteAt(bytes, at);
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0) return 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (!isWithin(byteAt(bytes, at + 1), lowest, highest)) return 0;
  for (let next = 2; next < length; next += 1) {
    if (!isWithin(byteAt(bytes, at + next), 0x80, 0xbf)) return 0;
  }
  return length;
};

/** Characters of GB18030, which holds GBK and GB2312: one, two or four bytes. */
export const measureGb18030: Measure = (bytes, at) => {
  const lead = byteAt(bytes, at);
  // The euro sign of Windows stands at 0x80.
  if (lead <= 0x80) return 1;
  if (lead === 0xff) return 0;
  const second = byteAt(bytes, at + 1);
  if (isWithin(second, 0x40, 0xfe)) return second === 0x7f ? 0 : 2;
  const isLong = isDigit(second) && isWithin(byteAt(bytes, at + 2), 0x81, 0xfe) && isDigit(byteAt(bytes, at + 3));
  // Beyond the last of the Basic Multilingual Plane, and before the first of the others, nothing is assigned.
  return isLong && (lead <= 0x84 || isWithin(lead, 0x90, 0xe3)) ? 4 : 0;
};

/** Characters of UTF-16 with the low byte first; half a surrogate pair is none. */
export const measureUtf16le: Measure = (bytes, at) => measureUtf16(bytes, at, 1);

/** Characters of UTF-16 with the high byte first. */
export const measureUtf16be: Measure = (bytes, at) => measureUtf16(bytes, at, 0);

const MEASURES: Readonly<Record<string, Measure>> = {
  "utf-8": measureUtf8,
  gb18030: measureGb18030,
  gbk: measureGb18030,
  "utf-16le": measureUtf16le,
  "utf-16be": measureUtf16be,
  shift_jis: (bytes, at) => {
    const lead = byteAt(bytes, at);
    if (lead <= 0x80 || isWithin(lead, 0xa1, 0xdf)) return 1;
    if (lead === 0xa0 || lead > 0xfc) return 0;
    const trail = byteAt(bytes, at + 1);
    return isWithin(trail, 0x40, 0xfc) && trail !== 0x7f ? 2 : 0;
  },
  big5: (bytes, at) => {
    const trail = byteAt(bytes, at + 1);
    return measurePair(byteAt(bytes, at), isWithin(trail, 0x40, 0x7e) || isWithin(trail, 0xa1, 0xfe));
  },
  "euc-kr": (bytes, at) => {
    const lead = byteAt(bytes, at);
    if (isControl(lead)) return 1;
    return isWithin(lead, 0xa1, 0xfe) && isWithin(byteAt(bytes, at + 1), 0xa1, 0xfe) ? 2 : 0;
  },
  "euc-jp": (bytes, at) => {
    const lead = byteAt(bytes, at);
    const isFollowed = isWithin(byteAt(bytes, at + 1), 0xa1, 0xfe);
    if (isControl(lead)) return 1;
    if (lead === 0x8f) return isFollowed && isWithin(byteAt(bytes, at + 2), 0xa1, 0xfe) ? 3 : 0;
    return (lead === 0x8e || isWithin(lead, 0xa1, 0xfe)) && isFollowed ? 2 : 0;
  },
};

/**
 * Tells the characters of a charset apart; null for one that cannot be entered in its middle (`iso-2022-jp`). Whatever is
 * not named above takes one byte a character.
 */
export function measureOf(charset: string): Measure | null {
  if (charset === "iso-2022-jp") return null;
  return MEASURES[charset] ?? (() => 1);
}

/** True if a stretch holds whole characters only. */
export function isWhole(bytes: Uint8Array, start: number, end: number, measure: Measure): boolean {
  for (let at = start; at < end; ) {
    const length = measure(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

function measureUtf16(bytes: Uint8Array, at: number, high: 0 | 1): number {
  if (at + 2 > bytes.length) return 0;
  const kind = byteAt(bytes, at + high) & 0xfc;
  if (kind === 0xdc) return 0;
  if (kind !== 0xd8) return 2;
  return at + 4 <= bytes.length && (byteAt(bytes, at + 2 + high) & 0xfc) === 0xdc ? 4 : 0;
}

// Node.js decodes the two EUC charsets with controls beyond ASCII, and Korean without its later extension.
function isControl(lead: number): boolean {
  return lead < 0xa0 && lead !== 0x8e && lead !== 0x8f;
}

function measurePair(lead: number, isFollowed: boolean): number {
  if (lead <= 0x80 || lead === 0xff) return 1;
  return isFollowed ? 2 : 0;
}

function isWithin(byte: number, lowest: number, highest: number): boolean {
  return byte >= lowest && byte <= highest;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

// Behind the end stands a byte that continues no character in any charset.
function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
