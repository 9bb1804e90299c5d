import { describe, expect, it } from "@jest/globals";
import { type AppendedOutput, type Output, readAppended as readInParts } from "#domain";

/** What is appended, once all has been decoded that had to be. */
function readAppended(...asked: Parameters<typeof readInParts>): AppendedOutput | null {
  const reading = readInParts(...asked);
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value;
  }
}

const output = (bytes: Uint8Array, droppedBytes: number | null = 0): Output => ({ bytes, droppedBytes });
const gb18030 = Uint8Array.from([0xd6, 0xd0, 0xce, 0xc4, 0x0a, 0xd6, 0xd0, 0xce, 0xc4, 0xb2, 0xe2, 0xca, 0xd4, 0x0a]);
const texts: readonly (readonly [string, Uint8Array])[] = [
  ["utf-8", Buffer.from("ok\n中文 🙂 é\nlast line without end")],
  ["gb18030", gb18030],
  ["utf-16", Buffer.from("\ufeffline one\r\n中文\r\n", "utf16le")],
  ["lines of UTF-16 behind others", mixed("starting\n", (text) => Buffer.from(text, "utf16le"))],
  ["lines of UTF-16 of the other order", mixed("starting!\n", (text) => Buffer.from(text, "utf16le").swap16())],
];

function mixed(head: string, encode: (text: string) => Buffer): Uint8Array {
  return Buffer.concat([
    Buffer.from(head),
    encode("disk ok 磁盘空间不足\r\nnext line\r\n"),
    Buffer.from("and the end\n"),
  ]);
}

describe("what is appended to an output", () => {
  it.each(texts)("adds up to the whole, byte by byte, in %s", (_charset, bytes) => {
    let told: { output: Output | null; nextByte: number } = { output: null, nextByte: 0 };
    const parts: AppendedOutput[] = [];
    for (let length = 1; length <= bytes.length; length += 1) {
      const now = output(bytes.subarray(0, length));
      const part = readAppended(now, told, length === bytes.length);
      if (part !== null) parts.push(part);
      told = { output: now, nextByte: part?.nextByte ?? told.nextByte };
    }
    const whole = readAppended(output(bytes), { output: null, nextByte: 0 }, true);
    expect(parts.map(({ text }) => text).join("")).toBe(whole?.text);
    expect(parts.some(({ text, isReset }) => text.includes("\ufffd") || isReset)).toBe(false);
  });

  it.each([
    ["NULs between letters", Buffer.from("a\0b\n\0c\nend")],
    ["names that end in NULs", Buffer.from("./a\0./b\0./c\0")],
    ["one letter of Latin 1 in ASCII", Buffer.from("caf\xe9 is open\nand on\n", "latin1")],
    ["Chinese behind what may be Latin 1", Buffer.concat([Buffer.from("\xe9\n", "latin1"), gb18030, gb18030])],
    ["UTF-16 behind one byte", Buffer.from("aline one\r\nline two\r\n", "utf16le").subarray(1)],
  ])("adds up to the whole with all that begins anew, byte by byte: %s", (_name, bytes) => {
    let told: { output: Output | null; nextByte: number } = { output: null, nextByte: 0 };
    let shown = "";
    for (let length = 1; length <= bytes.length; length += 1) {
      const now = output(bytes.subarray(0, length));
      const part = readAppended(now, told, length === bytes.length);
      if (part !== null) shown = part.isReset ? part.text : shown + part.text;
      told = { output: now, nextByte: part?.nextByte ?? told.nextByte };
    }
    expect(shown).toBe(readAppended(output(bytes), { output: null, nextByte: 0 }, true)?.text);
  });

  it("is the whole again if the upstream dropped what was told", () => {
    const told = { output: output(Buffer.from("one\ntwo\n")), nextByte: 8 };
    expect(readAppended(output(Buffer.from("two\nthree\n"), 4), told, false)).toEqual({
      fromByte: 0,
      nextByte: 10,
      text: "two\nthree\n",
      isReset: true,
    });
  });

  it("is nothing if nothing came", () => {
    const told = { output: output(Buffer.from("one\n")), nextByte: 4 };
    expect(readAppended(output(Buffer.from("one\n")), told, true)).toBeNull();
    expect(readAppended(output(Buffer.from("one\n")), { output: null, nextByte: 4 }, true)).toBeNull();
  });
});
