import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeOutput } from "#domain";
import { encodeIn, encodeUtf16be, encodeUtf16le } from "../support/encode.ts";

const LOG = `[2026-01-02 03:04:05] 信息：正在启动服务 nginx，请稍候……
错误：拒绝访问。找不到指定的路径 /数据/备份
磁盘 /dev/vda1 使用率 87%，剩余 12 GB
 完成  97 个任务，失败 3 个（超时）
用户“张三”登录成功
`;

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const CHARSETS = [
  ["utf-8", utf8(LOG), 3],
  ["gb18030", encodeIn("gb18030", LOG), 1],
  ["utf-16le", encodeUtf16le(LOG), 1],
  ["utf-16be", encodeUtf16be(LOG), 1],
] as const;

/** Every position at which the bytes say enough to be told from others: a character or two say nothing. */
function positions(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length - 11 }, (_, at) => at);
}

/** The text without the marks of one spoiled character. */
function unspoiled(text: string, marks: number): string {
  const found = text.match(/\ufffd+/g) ?? [];
  expect(found.length).toBeLessThanOrEqual(1);
  expect(found[0]?.length ?? 0).toBeLessThanOrEqual(marks);
  return text.replace(/\ufffd+/, "");
}

describe.each(CHARSETS)("decodeOutput of %s", (charset, bytes, marks) => {
  it("reads the whole", () => {
    expect(decodeOutput(bytes)).toEqual({ text: LOG, charset, lossy: false, isCharsetCertain: true });
  });

  it("loses one character where the end is cut, at every position", () => {
    const bad = positions(bytes).filter((at) => {
      const text = unspoiled(decodeOutput(bytes.subarray(0, bytes.length - at)).text, 1);
      return !LOG.startsWith(text);
    });
    expect(bad).toEqual([]);
  });

  it("loses one character where the start is cut, at every position", () => {
    const bad = positions(bytes).filter((at) => {
      const text = unspoiled(decodeOutput(bytes.subarray(at)).text, marks);
      return !LOG.endsWith(text);
    });
    expect(bad).toEqual([]);
  });

  it("loses one character of either line where bytes were dropped, at every position", () => {
    const dropped = 45;
    const bad = positions(bytes.subarray(dropped)).filter((at) => {
      const kept = join(bytes.subarray(0, at), bytes.subarray(at + dropped), bytes);
      const { text } = decodeOutput(kept, dropped);
      return !text.endsWith(LOG) || differenceOf(text.slice(0, -LOG.length), LOG) > 2 * marks;
    });
    expect(bad).toEqual([]);
  });

  it("goes on behind any byte with whole characters", () => {
    const starts = Array.from({ length: bytes.length + 3 }, (_, at) => at);
    const texts = starts.map((fromByte) => decodeOutput(bytes, 0, { fromByte }).text);
    expect(texts.filter((text) => !LOG.endsWith(text) || text.includes("\ufffd"))).toEqual([]);
    expect(new Set(texts).size).toBe(LOG.length + 1);
    expect(texts.slice(-3)).toEqual(["", "", ""]);
  });
});

/** How many characters of a text are neither of the beginning nor of the end that it shares with another one. */
function differenceOf(text: string, other: string): number {
  let head = 0;
  while (head < text.length && text[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < text.length - head && text.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  return text.length - head - tail;
}

describe("decodeOutput of several charsets", () => {
  it.each([
    [
      "one tick of UTF-8 among lines of GBK",
      [encodeIn("gb18030", LOG), utf8("✓ ok\n"), encodeIn("gb18030", "完成\n")],
      `${LOG}✓ ok\n完成\n`,
    ],
    ["a tick on a line of GBK", [utf8("✓ "), encodeIn("gb18030", "安装完成\n")], "✓ 安装完成\n"],
    ["letters of Europe in UTF-8 among GBK", [encodeIn("gb18030", "错误文件\n"), utf8("für\n")], "错误文件\nfür\n"],
    ["a character of GBK that UTF-8 has too", [encodeIn("gb18030", "模块加载完成\n目\n")], "模块加载完成\n目\n"],
  ])("reads %s", (_name, parts, text) => {
    expect(decodeOutput(join(...parts))).toEqual({ text, charset: "gb18030", lossy: false, isCharsetCertain: true });
  });

  it.each([
    [
      "a line of GBK among UTF-8",
      [utf8("日志：步骤一完成\n"), encodeIn("gb18030", "错误：文件不存在\n"), utf8("尾部\n")],
    ],
    [
      "a line of GBK behind a mark",
      [utf8("\ufeff日志：步骤一完成\n"), encodeIn("gb18030", "错误：文件不存在\n"), utf8("尾部\n")],
    ],
  ])("reads %s", (_name, parts) => {
    const text = "日志：步骤一完成\n错误：文件不存在\n尾部\n";
    expect(decodeOutput(join(...parts))).toEqual({ text, charset: "utf-8", lossy: false, isCharsetCertain: true });
  });

  it("replaces what fits nothing, on its line alone", () => {
    const bytes = join(
      encodeIn("gb18030", "错误：文件不存在\n"),
      Uint8Array.of(0xff, 0x0a),
      encodeIn("gb18030", "完成\n"),
    );
    expect(decodeOutput(bytes)).toEqual({
      text: "错误：文件不存在\n\ufffd\n完成\n",
      charset: "gb18030",
      lossy: true,
      isCharsetCertain: true,
    });
  });
});

describe("decodeOutput of what is no Chinese", () => {
  it.each([
    ["windows-1252", "für"],
    ["windows-1252", "Größe für naïve Übergröße café\n"],
    ["shift_jis", "エラー：アクセスが拒否されました。\nファイルが見つかりません abc\n"],
    ["big5", "錯誤：拒絕存取。找不到路徑 C:\\資料\n完成 97 個\n"],
    ["euc-kr", "오류: 파일을 찾을 수 없습니다\n"],
    ["windows-1251", "Ошибка: файл не найден\n"],
  ])("is not certain of %s, and reads it by its name", (charset, text) => {
    const bytes = encodeIn(charset, text);
    expect(decodeOutput(bytes).isCharsetCertain).toBe(false);
    expect(decodeOutput(bytes, null, { charset })).toEqual({ text, charset, lossy: false, isCharsetCertain: true });
  });

  it("takes NULs between texts for what they are", () => {
    const list = "./a\0./bb\0./src/index.ts\0";
    expect(decodeOutput(utf8(list)).text).toBe(list);
  });
});

describe("decodeOutput by name", () => {
  it.each(["sjis", "Shift_JIS", "gb2312", "GBK", "latin1", "utf-16", "iso-2022-jp", "koi8-r"])(
    "takes the label %s",
    (charset) => {
      expect(decodeOutput(utf8("ok\n"), null, { charset: charset === "utf-16" ? "utf-8" : charset }).text).toBe("ok\n");
    },
  );

  it("refuses a label of nothing", () => {
    expect(() => decodeOutput(utf8("ok"), null, { charset: "klingon" })).toThrow(
      new RangeError('`charset`: expected a WHATWG label, got "klingon".'),
    );
  });

  it("reads on behind any byte in any charset, and any bytes without failing", () => {
    const charsets = fc.constantFrom(
      "utf-8",
      "gbk",
      "big5",
      "shift_jis",
      "euc-jp",
      "euc-kr",
      "iso-2022-jp",
      "utf-16be",
      "koi8-r",
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), charsets, fc.nat({ max: 45 }), (bytes, charset, fromByte) => {
        const whole = decodeOutput(bytes, null, { charset });
        const rest = decodeOutput(bytes, null, { charset, fromByte });
        expect(whole.text.endsWith(rest.text)).toBe(true);
        if (whole.lossy) expect(whole.text).toContain("\ufffd");
      }),
      { numRuns: 1000 },
    );
  });
});
