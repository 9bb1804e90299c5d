import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeOutput } from "#domain";
import { encodeIn, encodeUtf16be, encodeUtf16le } from "../support/encode.ts";
import { join, LOG, positionsUpTo, UPDATE, utf8 } from "./texts.ts";

describe("a line of GBK among lines of UTF-8, and the other way round", () => {
  const gbk = (text: string): Uint8Array => encodeIn("gb18030", text);
  // Half of these are bytes that UTF-8 reads as rare letters: 系 as ϵ, 指 as ָ, 路 as ·.
  const lines = [
    "系统找不到指定的路径。",
    "服务名无效。",
    "文件名、目录名或卷标语法不正确。",
    "媒体已断开连接",
    "主机 淼鑫焱 璐瑶",
    "变反",
    "只读",
  ];
  const inTurn = (encodings: readonly ((text: string) => Uint8Array)[], texts: readonly string[]): Uint8Array =>
    join(...texts.map((text, index) => (encodings[index % encodings.length] ?? utf8)(text)));
  const textOf = (parts: readonly string[], encodings: readonly ((text: string) => Uint8Array)[]) => {
    const { text, lossy, isCharsetCertain } = decodeOutput(inTurn(encodings, parts));
    return { text, lossy, isCharsetCertain };
  };

  it.each(lines)("is read alone: %s", (line) => {
    const read = (text: string) => ({ text, lossy: false, isCharsetCertain: true });
    const among = ["开始检查服务\n", `${line}\r\n`, "检查完成\n"];
    expect(textOf(among, [utf8, gbk])).toMatchObject({ text: among.join(""), lossy: false });
    const first = [`${line}\n`, "开始检查服务\n", "启动服务失败\n"];
    expect(textOf(first, [gbk, utf8, gbk])).toEqual(read(first.join("")));
    const last = ["开始检查服务\n检查完成\n", line];
    expect(textOf(last, [utf8, gbk])).toMatchObject({ text: last.join(""), lossy: false });
  });

  it("is read alone whatever frequent characters it holds", () => {
    const characters = [...new Set(lines.join("") + UPDATE + LOG)].filter((character) => /[一-鿿]/u.test(character));
    const line = fc
      .array(fc.constantFrom(...characters), { minLength: 4, maxLength: 24 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(line, line, line, (first, second, third) => {
        const parts = [`${first}\n`, `${second}\n`, `${third}\n`];
        expect(textOf(parts, [utf8, gbk])).toMatchObject({ text: parts.join(""), lossy: false });
        expect(textOf(parts, [gbk, utf8])).toMatchObject({ text: parts.join(""), lossy: false });
      }),
      { numRuns: 300, seed: 20_261_126 },
    );
  });

  it.each([
    ["a tick before GBK", ["依赖服务启动\n✓ ", "确定要继续吗\n", "配置文件不存在\n"], [utf8, gbk]],
    ["two ticks within GBK", ["主从同步正常", "✓✗", "服务已经启动\n"], [gbk, utf8]],
    ["a name in UTF-8 within GBK", ["用户", "张三", "登录成功\n"], [gbk, utf8]],
    ["half UTF-8, half GBK", ["依赖服务启动\n错误: ", "确定要继续吗\n", "配置文件不存在\n"], [utf8, gbk]],
    ["GBK of no frequent characters", ["Größe für naïve Übergröße\n", "覆盖 C:\\a.txt\n"], [utf8, gbk]],
  ])("reads %s", (_name, parts, encodings) => {
    expect(textOf(parts, encodings)).toMatchObject({ text: parts.join(""), lossy: false });
  });

  it.each([
    ["bytes that are one character of UTF-8 and half a one", "b1e4b7b4", "变反"],
    [
      "the end of a character, with the next one a character of UTF-8",
      "e4b2bbd7e3a3accedeb7a8b4a6c0ed",
      "\ufffd不足，无法处理",
    ],
    ["the same that few texts hold", "e2b2bfc3fcc1eea3acd2b2b2bbcac7", "\ufffd部命令，也不是"],
  ])("does not take for UTF-8: %s", (_name, hex, text) => {
    expect(decodeOutput(Uint8Array.from(Buffer.from(hex, "hex")))).toMatchObject({ text, charset: "gb18030" });
  });

  it("loses one character at which the end of its last line is cut", () => {
    const [gbkLine, utf8Line] = ["系统找不到指定的路径。\n", "无法绑定参数"];
    const whole = utf8(utf8Line);
    const bad = positionsUpTo(whole.length).filter((end) => {
      const { text } = decodeOutput(join(gbk(gbkLine), whole.subarray(0, end)));
      // Of two bytes nobody can tell which charset they are in.
      return end > 3 && text !== gbkLine + utf8Line.slice(0, Math.floor(end / 3)) + (end % 3 === 0 ? "" : "\ufffd");
    });
    expect(bad).toEqual([]);
  });
});

describe("lines of UTF-16 among others", () => {
  const gbk = (text: string): Uint8Array => encodeIn("gb18030", text);
  const marked = (text: string): Uint8Array => encodeUtf16le(`\ufeff${text}`);
  const markedBig = (text: string): Uint8Array => encodeUtf16be(`\ufeff${text}`);
  const [ascii, chinese, short] = ["starting backup of /data\n", "错误：文件不存在\n", "a\n"];
  const [wide, wideChinese] = ["disk ok\r\n", "磁盘空间不足\r\n"];

  it.each([
    ["a mark, then UTF-8", [wide, chinese], [marked, utf8], "utf-8"],
    ["a mark of the other order, then UTF-8", [wide, chinese], [markedBig, utf8], "utf-8"],
    ["a mark, then as many bytes of ASCII as are even", [wide, "hello, world\n\n"], [marked, utf8], "utf-16le"],
    ["a mark behind a line", [chinese, wide, "完成\n"], [utf8, marked, utf8], "utf-8"],
    ["ASCII, then UTF-16", [ascii, `${wide}finished all\r\n`], [utf8, encodeUtf16le], "utf-16le"],
    ["ASCII, then the other order", [ascii, wide, "end\n"], [utf8, encodeUtf16be, utf8], "utf-8"],
    ["Chinese without NULs, then GBK", [wideChinese, chinese], [encodeUtf16le, gbk], "gb18030"],
    ["Chinese without NULs, then ASCII", [wideChinese, "ok 17 files\n"], [encodeUtf16le, utf8], "utf-16le"],
    ["GBK on either side", [chinese, wide, "完成\n"], [gbk, encodeUtf16le, gbk], "gb18030"],
    [
      "in turn",
      [short, wide, short, wideChinese, chinese],
      [utf8, encodeUtf16be, utf8, encodeUtf16be, gbk],
      "utf-16be",
    ],
  ])("are read as such: %s", (_name, parts, encodings, charset) => {
    const bytes = join(...parts.map((part, index) => (encodings[index] ?? utf8)(part)));
    const text = parts.join("");
    expect(decodeOutput(bytes)).toEqual({ text, charset, lossy: false, isCharsetCertain: true });
    const fromByte = (encodings[0] ?? utf8)(parts[0] ?? "").length;
    expect(decodeOutput(bytes, null, { fromByte }).text).toBe(parts.slice(1).join(""));
  });

  it("are told apart in any order, or something is missing", () => {
    const lines = [
      ascii,
      chinese,
      short,
      "[1/3] 安装 ok\n",
      "\n",
      "用户“张三”登录成功\n",
      "INFO 2026-01-02: 17 files\n",
    ];
    // Windows writes UTF-16, with its own line ends.
    const line = fc
      .record({ text: fc.constantFrom(...lines), isWide: fc.boolean() })
      .map(({ text, isWide }) => ({ text: isWide ? text.replace("\n", "\r\n") : text, isWide }));
    const wideEncodings = fc.constantFrom(encodeUtf16le, encodeUtf16be);
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        wideEncodings,
        fc.constantFrom(utf8, gbk),
        (parts, inWide, inNarrow) => {
          const all = [{ text: ascii, isWide: false }, ...parts, { text: chinese, isWide: true }];
          const bytes = join(...all.map(({ text, isWide }) => (isWide ? inWide : inNarrow)(text)));
          const { text, lossy, isCharsetCertain } = decodeOutput(bytes);
          if (!lossy && isCharsetCertain) expect(text).toBe(all.map((part) => part.text).join(""));
        },
      ),
      { numRuns: 2000, seed: 20_261_127 },
    );
  });

  it("are not certain if a few letters behind them are an ideograph too", () => {
    const bytes = join(encodeUtf16le(wideChinese), utf8("done"));
    expect(decodeOutput(bytes)).toMatchObject({ charset: "utf-16le", isCharsetCertain: false });
  });
});
