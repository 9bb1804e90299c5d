/** The bytes with which a text says what it is written in. */
export interface ByteOrderMark {
  readonly prefix: readonly number[];
  /** WHATWG name. */
  readonly charset: string;
}

const MARKS: readonly ByteOrderMark[] = [
  { prefix: [0xef, 0xbb, 0xbf], charset: "utf-8" },
  { prefix: [0xff, 0xfe], charset: "utf-16le" },
  { prefix: [0xfe, 0xff], charset: "utf-16be" },
  { prefix: [0x84, 0x31, 0x95, 0x33], charset: "gb18030" },
];

/** The mark that some bytes begin with. */
export function findMark(bytes: Uint8Array): ByteOrderMark | undefined {
  return MARKS.find(({ prefix }) => prefix.every((byte, index) => bytes[index] === byte));
}
