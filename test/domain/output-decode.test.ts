import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeOutput } from "#domain";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe("decodeOutput of one charset", () => {
  it.each(["b4edce", "e90ae90a", "d6d0ff0ad6"])("leaves the bytes %s as they are", (hex) => {
    const bytes = Buffer.from(hex, "hex");
    for (const dropped of [null, 5]) decodeOutput(bytes, dropped);
    expect(bytes.toString("hex")).toBe(hex);
  });

  it.each([
    ["nothing", bytes(), { text: "", charset: "utf-8", lossy: false, isCharsetCertain: true }],
    [
      "ASCII with control characters",
      utf8("a\0b\u001b[1m\r\n"),
      { text: "a\0b\u001b[1m\r\n", charset: "utf-8", lossy: false, isCharsetCertain: true },
    ],
    ["UTF-8", utf8("磁盘 ok 💩\n"), { text: "磁盘 ok 💩\n", charset: "utf-8", lossy: false, isCharsetCertain: true }],
    [
      "UTF-8 that itself holds U+FFFD",
      utf8("a\ufffd"),
      { text: "a\ufffd", charset: "utf-8", lossy: false, isCharsetCertain: true },
    ],
    [
      "UTF-8 with a mark",
      join(bytes(0xef, 0xbb, 0xbf), utf8("é")),
      { text: "é", charset: "utf-8", lossy: false, isCharsetCertain: true },
    ],
    [
      "two marks, of which the second is text",
      utf8("\ufeff\ufeffa"),
      { text: "\ufeffa", charset: "utf-8", lossy: false, isCharsetCertain: true },
    ],
    [
      "damaged UTF-8 with a mark",
      bytes(0xef, 0xbb, 0xbf, 0xd6, 0xd0),
      { text: "\ufffd\ufffd", charset: "utf-8", lossy: true, isCharsetCertain: true },
    ],
    [
      "UTF-16LE with a mark",
      bytes(0xff, 0xfe, 0x2d, 0x4e, 0x41, 0),
      { text: "中A", charset: "utf-16le", lossy: false, isCharsetCertain: true },
    ],
    [
      "UTF-16BE with a mark",
      bytes(0xfe, 0xff, 0x4e, 0x2d),
      { text: "中", charset: "utf-16be", lossy: false, isCharsetCertain: true },
    ],
    [
      "cut UTF-16",
      bytes(0xff, 0xfe, 0x41, 0, 0x42),
      { text: "A\ufffd", charset: "utf-16le", lossy: true, isCharsetCertain: true },
    ],
    [
      "letters with NULs that UTF-16 does not end",
      utf8("a\0b\0c\0d\n"),
      { text: "abc\u0a64", charset: "utf-16le", lossy: false, isCharsetCertain: false },
    ],
    [
      "letters with NULs that UTF-16 does not begin",
      utf8("a\0b\0\nok\n"),
      { text: "\ufffdb\nok\n", charset: "utf-16be", lossy: true, isCharsetCertain: false },
    ],
    [
      "letters with a NUL each",
      utf8("a\0b\0c\0\n\0"),
      { text: "abc\n", charset: "utf-16le", lossy: false, isCharsetCertain: true },
    ],
    ["GBK", bytes(0xd6, 0xd0, 0xce, 0xc4), { text: "中文", charset: "gb18030", lossy: false, isCharsetCertain: true }],
    [
      "GB18030 of four bytes",
      bytes(0xd6, 0xd0, 0x94, 0x39, 0xda, 0x33),
      { text: "中💩", charset: "gb18030", lossy: false, isCharsetCertain: true },
    ],
    [
      "GB18030 with a mark",
      bytes(0x84, 0x31, 0x95, 0x33, 0xd6, 0xd0),
      { text: "中", charset: "gb18030", lossy: false, isCharsetCertain: true },
    ],
    [
      "ASCII with one odd byte at its end, of which nothing says whether it is a letter or the beginning of one",
      bytes(0x63, 0x61, 0x66, 0xe9),
      { text: "caf\ufffd", charset: "utf-8", lossy: true, isCharsetCertain: false },
    ],
    [
      "ASCII and most of a letter",
      bytes(0x6f, 0x6b, 0xe6, 0x97),
      { text: "ok\ufffd", charset: "utf-8", lossy: true, isCharsetCertain: true },
    ],
    [
      "neither",
      bytes(0x6f, 0x6b, 0xff, 0xff),
      { text: "ok\ufffd\ufffd", charset: "utf-8", lossy: true, isCharsetCertain: false },
    ],
  ])("reads %s", (_name, input, expected) => {
    expect(decodeOutput(input)).toEqual(expected);
  });

  it.each([1, 2, 3])("keeps UTF-8 whose last character lost its end after %i bytes", (kept) => {
    expect(decodeOutput(join(utf8("日志"), utf8("💩").subarray(0, kept)))).toEqual({
      text: "日志\ufffd",
      charset: "utf-8",
      lossy: true,
      isCharsetCertain: true,
    });
  });

  it("keeps UTF-8 that was cut at its end even where the bytes would fit GB18030", () => {
    const cut = utf8("文文").subarray(0, 5);
    expect(new TextDecoder("gb18030", { fatal: true }).decode(cut.subarray(0, 4))).toHaveLength(2);
    expect(decodeOutput(cut)).toEqual({ text: "文\ufffd", charset: "utf-8", lossy: true, isCharsetCertain: true });
    expect(decodeOutput(join(utf8("ok "), utf8("文").subarray(0, 2)))).toEqual({
      text: "ok \ufffd",
      charset: "utf-8",
      lossy: true,
      isCharsetCertain: true,
    });
  });

  it("keeps UTF-8 that was cut in its middle where bytes were dropped", () => {
    const beginning = join(utf8("头中").subarray(0, 5), utf8("尾"));
    expect(decodeOutput(beginning, 18234)).toEqual({
      text: "头\ufffd尾",
      charset: "utf-8",
      lossy: true,
      isCharsetCertain: true,
    });
    const end = join(utf8("头"), utf8("文尾").subarray(1));
    expect(decodeOutput(end, 18234)).toEqual({
      text: "头\ufffd\ufffd尾",
      charset: "utf-8",
      lossy: true,
      isCharsetCertain: true,
    });
  });

  it("keeps UTF-8 that was cut in its middle and at its end", () => {
    const cut = join(utf8("头"), utf8("文尾").subarray(2, 5));
    expect(decodeOutput(cut, 1)).toEqual({
      text: "头\ufffd\ufffd",
      charset: "utf-8",
      lossy: true,
      isCharsetCertain: true,
    });
  });

  it("reads what looks cut in its middle as GB18030 where nothing was dropped", () => {
    const input = bytes(0xe4, 0xb8, 0x41, 0x41);
    expect(decodeOutput(input, 0)).toEqual({ text: "涓AA", charset: "gb18030", lossy: false, isCharsetCertain: false });
    expect(decodeOutput(input)).toEqual({ text: "涓AA", charset: "gb18030", lossy: false, isCharsetCertain: false });
    expect(decodeOutput(input, 7)).toEqual({ text: "\ufffdAA", charset: "utf-8", lossy: true, isCharsetCertain: true });
  });

  it("reads GBK as such although bytes were dropped", () => {
    expect(decodeOutput(bytes(0xd6, 0xd0, 0xce, 0xc4, 0x0a), 100)).toEqual({
      text: "中文\n",
      charset: "gb18030",
      lossy: false,
      isCharsetCertain: true,
    });
  });

  it("keeps every cut of lines in UTF-8", () => {
    // Of a few characters of a rare script nobody can tell that they are no Chinese: lines as servers print them.
    const lines = [
      "disk /dev/vda1: 97% used, für später\n",
      "nginx: configuration file is ok ✓\n",
      "cp: не удалось выполнить stat: Нет такого файла\n",
      "backup finished — 3 of 5 volumes\n",
    ].map(utf8);
    const heads = lines.flatMap((line) => Array.from({ length: line.length + 1 }, (_, end) => line.subarray(0, end)));
    const tails = lines.flatMap((line) => Array.from({ length: line.length + 1 }, (_, start) => line.subarray(start)));
    const bad = heads.flatMap((head) =>
      tails.flatMap((tail) => {
        const kept = join(head, tail);
        const { text, charset } = decodeOutput(kept, 1);
        return text === new TextDecoder().decode(kept) && charset === "utf-8" ? [] : [{ text, charset }];
      }),
    );
    expect(bad).toEqual([]);
  });

  it("reads any bytes without failing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.option(fc.nat()), (input, dropped) => {
        const { text, charset, lossy } = decodeOutput(input, dropped);
        expect(["utf-8", "gb18030", "utf-16le", "utf-16be"]).toContain(charset);
        if (lossy) expect(text).toContain("\ufffd");
      }),
      { numRuns: 2000 },
    );
  });
});
