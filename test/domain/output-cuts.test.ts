import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeOutput } from "#domain";
import { encodeGb18030, encodeIn, encodeUtf16be, encodeUtf16le } from "../support/encode.ts";
import { join, LOG, positionsUpTo, UPDATE, utf8 } from "./texts.ts";

const CHARSETS = [
  ["utf-8", utf8(LOG)],
  ["gb18030", encodeIn("gb18030", LOG)],
  ["utf-16le", encodeUtf16le(LOG)],
  ["utf-16be", encodeUtf16be(LOG)],
] as const;

const JAPANESE = `処理を続行しますか。再起動が必要です\nファイルが見つかりません abc\n`;
const KOREAN = `오류: 파일을 찾을 수 없습니다\n서비스를 시작하는 중입니다. 잠시만 기다려 주십시오\n완료 97개\n`;
const LONG_CHARACTERS = `서비스를 시작하는 중입니다\n用户 ß 文件\n`;

const LOGGED = `[2026-01-02 12:00:07] 信息：正在安装更新，请稍候……已完成 25%
错误：无法访问目录 C:\\用户\\管理员\\文件夹31，拒绝访问。
服务 nginx 已启动，监听端口 8012
磁盘使用率：78%，剩余空间 234 GB
警告: 配置文件 /etc/app/4.conf 中的参数“超时”无效，使用默认值
`;

/** What is read without being told its charset, and what is read by its name. */
const CUT_TEXTS: readonly (readonly [string, string, (text: string) => Uint8Array, string | undefined])[] = [
  ["utf-8", LOG, utf8, undefined],
  ["utf-8", UPDATE, utf8, undefined],
  ["gb18030", LOG, (text) => encodeIn("gb18030", text), undefined],
  ["gb18030", UPDATE, (text) => encodeIn("gb18030", text), undefined],
  ["gb18030 with four bytes", LONG_CHARACTERS, encodeGb18030, "gb18030"],
  ["utf-16le", LOG, encodeUtf16le, undefined],
  ["utf-16be", LOG, encodeUtf16be, undefined],
  ["utf-16le", UPDATE, encodeUtf16le, "utf-16le"],
  ["shift_jis", JAPANESE, (text) => encodeIn("shift_jis", text), "shift_jis"],
  ["euc-kr", KOREAN, (text) => encodeIn("euc-kr", text), "euc-kr"],
];

/** Fewer bytes say nothing of their charset. */
const TELLING = 12;

describe.each(CUT_TEXTS)("a cut in %s", (name, text, encode, charset) => {
  const characters = [...text];
  const parts = characters.map(encode);
  const starts = parts.map((_, at) => parts.slice(0, at).reduce((sum, part) => sum + part.length, 0));
  const bytes = join(...parts);
  const options = charset === undefined ? {} : { charset };
  const marks = name === "utf-8" ? 3 : 1;
  // Of a character of four bytes a digit may be left, which is a character.
  const left = name.endsWith("four bytes") ? 3 : marks;
  const beginning = (end: number): string[] =>
    characters.filter((_, at) => (starts[at] ?? 0) + (parts[at]?.length ?? 0) <= end);
  const end = (start: number): string[] => characters.filter((_, at) => (starts[at] ?? 0) >= start);

  it("at the end spoils one character, at every position", () => {
    const bad = positionsUpTo(bytes.length - TELLING).filter((cut) => {
      const kept = bytes.subarray(0, bytes.length - cut);
      const whole = beginning(kept.length).join("");
      const { text: got } = decodeOutput(kept, 0, options);
      return (
        !got.startsWith(whole) || !isSpoiled(got.slice(whole.length), starts.includes(kept.length) || cut === 0 ? 0 : 1)
      );
    });
    expect(bad).toEqual([]);
  });

  it("at the beginning spoils one character, at every position", () => {
    const bad = positionsUpTo(bytes.length - TELLING).filter((cut) => {
      const whole = end(cut).join("");
      const { text: got } = decodeOutput(bytes.subarray(cut), 0, options);
      const spoiled = got.slice(0, got.length - whole.length);
      return !got.endsWith(whole) || (starts.includes(cut) ? spoiled !== "" : [...spoiled].length > left);
    });
    expect(bad).toEqual([]);
  });

  it("inside spoils nothing further away, at all but a few positions, at which another reading is as likely", () => {
    const bad = positionsUpTo(bytes.length - 47).flatMap((from) =>
      [1, 2, 3, 45]
        .filter((dropped) => {
          const kept = join(bytes.subarray(0, from), bytes.subarray(from + dropped));
          const { text: got } = decodeOutput(kept, dropped, options);
          const [head, tail] = [beginning(from), end(from + dropped)];
          const isRight = (before: number, behind: number): boolean => {
            const [first, last] = [head.slice(0, head.length - before).join(""), tail.slice(behind).join("")];
            const spoiled = got.slice(first.length, got.length - last.length);
            return got.startsWith(first) && got.endsWith(last) && [...spoiled].length <= 2 * left;
          };
          return !isRight(0, 0) && !isRight(1, 0) && !isRight(0, 1) && !isRight(1, 1);
        })
        .map((dropped) => `${from}+${dropped}`),
    );
    // Two readings of ten bytes may be equally likely; characters of four bytes hold digits beside that.
    expect(bad.length).toBeLessThanOrEqual(bytes.length * (name.endsWith("four bytes") ? 0.2 : 0.02));
  });
});

describe("a log of GBK that lost its middle", () => {
  const text = LOGGED.repeat(6);
  const characters = [...text];
  const parts = characters.map((character) => encodeIn("gb18030", character));
  const starts = parts.map((_, at) => parts.slice(0, at).reduce((sum, part) => sum + part.length, 0));
  const bytes = join(...parts);
  const beginning = (end: number): string =>
    characters.filter((_, at) => (starts[at] ?? 0) + (parts[at]?.length ?? 0) <= end).join("");
  const end = (start: number): string => characters.filter((_, at) => (starts[at] ?? 0) >= start).join("");

  it("keeps all but what stood next to the cuts, wherever these are", () => {
    const pairs = Array.from({ length: 2_000 }, (_, n) => [(n * 7919) % bytes.length, (n * 104_729) % bytes.length]);
    const bad = pairs.filter(([one = 0, other = 0]) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const { text: got } = decodeOutput(join(bytes.subarray(0, from), bytes.subarray(to)), to - from);
      const [first, last] = [beginning(from).slice(0, -1), end(to).slice(1)];
      const left = got.length - first.length - last.length;
      return !got.startsWith(first) || !got.endsWith(last) || left < 0 || left > 4;
    });
    // A few characters of a shifted reading may be as likely.
    expect(bad.length).toBeLessThanOrEqual(pairs.length * 0.007);
  });
});

function isSpoiled(text: string, marks: number): boolean {
  return text.length <= marks && /^\ufffd*$/.test(text);
}

describe.each(CHARSETS)("decodeOutput of %s", (charset, bytes) => {
  it("reads the whole", () => {
    expect(decodeOutput(bytes)).toEqual({ text: LOG, charset, lossy: false, isCharsetCertain: true });
  });

  it("goes on behind any byte with whole characters", () => {
    const starts = Array.from({ length: bytes.length + 3 }, (_, at) => at);
    const texts = starts.map((fromByte) => decodeOutput(bytes, 0, { fromByte }).text);
    expect(texts.filter((text) => !LOG.endsWith(text) || text.includes("\ufffd"))).toEqual([]);
    expect(new Set(texts).size).toBe(LOG.length + 1);
    expect(texts.slice(-3)).toEqual(["", "", ""]);
  });
});

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
