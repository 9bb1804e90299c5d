import { weighChinese } from "./chinese.ts";

/** How likely the two bytes at a place are one character of a charset: above 0 for the most frequent ones, below for rare ones. */
export type WeighPair = (bytes: Uint8Array, at: number) => number;

/** Leads by what they begin: what a text holds most, what it may hold, and (all others) what it hardly does. */
interface Leads {
  readonly frequent: readonly [number, number];
  readonly usual: readonly (readonly [number, number])[];
}

// Without this, a cut would shift every character up to the next ASCII one, since nearly all pairs of bytes mean something.
const LEADS: Readonly<Record<string, Leads>> = {
  // Kana; punctuation and the ideographs of level 1.
  shift_jis: {
    frequent: [0x82, 0x83],
    usual: [
      [0x81, 0x81],
      [0x88, 0x97],
    ],
  },
  "euc-jp": {
    frequent: [0xa4, 0xa5],
    usual: [
      [0x8e, 0x8e],
      [0xa1, 0xa1],
      [0xb0, 0xcf],
    ],
  },
  // The ideographs of level 1; punctuation.
  big5: { frequent: [0xa4, 0xc6], usual: [[0xa1, 0xa3]] },
  // Hangul; punctuation.
  "euc-kr": { frequent: [0xb0, 0xc8], usual: [[0xa1, 0xa3]] },
};

/** The weights of a charset's characters of two bytes; all 0 where it has none. */
export function weigherOf(charset: string): WeighPair {
  if (charset === "gb18030" || charset === "gbk") return weighChinese;
  const leads = LEADS[charset];
  if (leads === undefined) return () => 0;
  return (bytes, at) => {
    const lead = bytes[at] ?? 0;
    if (isWithin(lead, leads.frequent)) return 0.5;
    return leads.usual.some((range) => isWithin(lead, range)) ? 0 : -1;
  };
}

function isWithin(byte: number, [lowest, highest]: readonly [number, number]): boolean {
  return byte >= lowest && byte <= highest;
}
