import { describe, expect, it } from "@jest/globals";
import { decodeOutput } from "#domain";
import { encodeIn, encodeUtf16be, encodeUtf16le } from "../support/encode.ts";

type Encode = (text: string) => Uint8Array;

const encoderOf =
  (charset: string): Encode =>
  (text) =>
    encodeIn(charset, text);
const encodeUtf8: Encode = (text) => new TextEncoder().encode(text);

const CHINESE = [
  "主机 樟楠 璐瑶 昊\n",
  "淼鑫焱龢\r\n",
  "淼鑫焱龢",
  "鑫淼\n",
  "芈玥 龚蓓 闵嫣\n",
  "错误：找不到指定的文件\r\n",
  "任务 昊煜: 失败\n骏骁，旻昱\n",
  "餍悃涿觚\r\n赳肷鹁\t刳寮胧\r\n",
];
// UTF-16 is known by its ASCII, of which a cut must leave some.
const LINES = CHINESE.map((text) => `web01: ${text.trim()} ok 97%\r\n`);
const TRADITIONAL = [
  "錯誤：拒絕存取。找不到路徑 C:\\資料\n完成 97 個\n",
  "服務已成功啟動\r\n",
  "朁弝銧鱞潏鎵紸 97 倵媗鄏 ok\n",
  "滱 設定檔\n鴶欓囓\n",
];
const KOREAN = [
  "오류: 파일을 찾을 수 없습니다\n",
  "서비스를 시작하는 중입니다. 잠시만 기다려 주십시오\n",
  "김민준 憑遼測\n",
];
const JAPANESE = [
  "ファイルのコピーが完了しました。\r\nサービスは正常に起動しました。\r\n",
  "処理を続行しますか\n",
  "貪惠疉 篩慟凖 97 糴\n",
  "齋藤 渡邊\n",
];

/** Texts, how they are written, and the name by which they are read; undefined if it is found out. */
const NAMED: readonly (readonly [string, readonly string[], Encode])[] = [
  ["gbk", CHINESE, encoderOf("gbk")],
  ["gb18030", CHINESE, encoderOf("gb18030")],
  ["big5", TRADITIONAL, encoderOf("big5")],
  ["euc-kr", KOREAN, encoderOf("euc-kr")],
  ["euc-jp", JAPANESE, encoderOf("euc-jp")],
  ["shift_jis", JAPANESE, encoderOf("shift_jis")],
  ["utf-8", CHINESE, encodeUtf8],
  ["utf-16le", CHINESE, encodeUtf16le],
  ["utf-16be", CHINESE, encodeUtf16be],
];
const FOUND: typeof NAMED = [
  ["gb18030", CHINESE, encoderOf("gbk")],
  ["utf-8", CHINESE, encodeUtf8],
  ["utf-16le", LINES, encodeUtf16le],
  ["utf-16be", LINES, encodeUtf16be],
];
const ROWS = [
  ...NAMED.map(([charset, texts, encode]) => ({ charset, texts, encode, options: { charset }, how: "by its name" })),
  ...FOUND.map(([charset, texts, encode]) => ({ charset, texts, encode, options: {}, how: "without a name" })),
];

/** Of fewer bytes nobody can tell which end was cut, and of still fewer which charset they are in. */
const TELLING = 12;

describe.each(ROWS)("$charset read $how", ({ charset, texts, encode, options, how }) => {
  const isNamed = how === "by its name";
  const isWide = charset.startsWith("utf-16");
  const strict = new TextDecoder(charset, { fatal: true });

  it.each(texts)("is what the platform's decoder makes of the whole: %j", (text) => {
    expect(decodeOutput(encode(text), 0, options)).toMatchObject({ text, charset, lossy: false });
  });

  it.each(texts)("loses the character at which the end is cut: %j", (text) => {
    const bytes = encode(text);
    const least = isNamed && !isWide ? 2 : Math.min(TELLING, bytes.length - 1);
    const bad = cutsOf(text, encode).filter(({ at, before, isInside }) => {
      const kept = bytes.subarray(0, at);
      // What is well-formed UTF-8 is taken for that.
      if (at < least || (isWide && !isNamed && isWhole(new TextDecoder("utf-8", { fatal: true }), kept))) return false;
      const { text: got } = decodeOutput(kept, 0, options);
      return got !== before + (isInside ? "\ufffd" : "");
    });
    expect(bad).toEqual([]);
  });

  it.each(texts)("loses the character at which the beginning is cut: %j", (text) => {
    const bytes = encode(text);
    const bad = cutsOf(text, encode).filter(({ at, behind, isInside }) => {
      const kept = bytes.subarray(at);
      // ASCII in UTF-16 without its first byte is ASCII in that of the other order.
      if (kept.length < TELLING || (isWide && !isNamed)) return false;
      const { text: got } = decodeOutput(kept, 0, options);
      const spoiled = [...got.slice(0, got.length - behind.length)].length;
      // What reads whole as it stands bears no trace of a cut.
      const isTraceless = isInside && isWhole(strict, kept) && got === strict.decode(kept);
      return !isTraceless && (!got.endsWith(behind) || spoiled > (isInside ? (charset === "utf-8" ? 3 : 1) : 0));
    });
    expect(bad).toEqual([]);
  });
});

describe("a cut at the beginning that leaves bytes which read whole", () => {
  const texts: readonly (readonly [string, string, Encode, object])[] = [
    [
      "big5",
      "2026-01-02 03:04:05 服務 web01 啟動中，請稍候\n錯誤：找不到檔案 C:\\temp\\設定.txt\n",
      encoderOf("big5"),
      { charset: "big5" },
    ],
    ["big5", "許功蓋的檔案無法開啟 abc\n", encoderOf("big5"), { charset: "big5" }],
    ["big5", "處理完成：共 120 筆，失敗 3 筆", encoderOf("big5"), { charset: "big5" }],
    [
      "shift_jis",
      "サービスを開始しています。しばらくお待ちください\r\n",
      encoderOf("shift_jis"),
      { charset: "shift_jis" },
    ],
    ["shift_jis", "半角カナ ﾃｽﾄ を含む出力 ok\n", encoderOf("shift_jis"), { charset: "shift_jis" }],
    ["utf-16le", "サービスを開始しています。しばらくお待ちください\r\n", encodeUtf16le, {}],
    ["utf-16be", "サービスを開始しています。しばらくお待ちください\r\n", encodeUtf16be, {}],
  ];

  it.each(texts)("spoils one character all the same: %s, %j", (_charset, text, encode, options) => {
    const bytes = encode(text);
    const bad = cutsOf(text, encode).filter(({ at, behind, isInside }) => {
      const kept = bytes.subarray(at);
      const { text: got } = decodeOutput(kept, 0, options);
      const spoiled = [...got.slice(0, got.length - behind.length)].length;
      return kept.length > 2 * TELLING && (!got.endsWith(behind) || spoiled > (isInside ? 1 : 0));
    });
    expect(bad).toEqual([]);
  });
});

interface Cut {
  readonly at: number;
  /** Whole characters on either side. */
  readonly before: string;
  readonly behind: string;
  readonly isInside: boolean;
}

function cutsOf(text: string, encode: Encode): readonly Cut[] {
  const characters = [...text];
  let start = 0;
  return characters.flatMap((character, index) => {
    const [before, behind] = [characters.slice(0, index).join(""), characters.slice(index + 1).join("")];
    const cuts = Array.from(encode(character), (_, offset) => ({
      at: start + offset,
      before,
      behind: offset === 0 ? character + behind : behind,
      isInside: offset > 0,
    }));
    start += cuts.length;
    return cuts;
  });
}

function isWhole(strict: TextDecoder, bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

describe("a charset that is not looked for", () => {
  const bytes = encodeIn("shift_jis", JAPANESE[0] ?? "");
  const { text: whole } = decodeOutput(bytes);

  it("is read as one that has all its bytes, without being certain", () => {
    expect(decodeOutput(bytes)).toMatchObject({ charset: "gb18030", lossy: false, isCharsetCertain: false });
  });

  it("loses one character too at which the end is cut", () => {
    const bad = Array.from({ length: bytes.length - TELLING }, (_, cut) => cut).filter((cut) => {
      const got = decodeOutput(bytes.subarray(0, bytes.length - cut));
      const rest = got.text.replace(/\ufffd$/, "");
      return got.isCharsetCertain || !whole.startsWith(rest);
    });
    expect(bad).toEqual([]);
  });
});

it.each([
  ["d6f7bbfa20d5c1e9aa20e8b4d1fe20ea", "主机 樟楠 璐瑶 \ufffd"],
  ["edb5f6ceeccdfd", "淼鑫焱\ufffd"],
  ["f6ceed", "鑫\ufffd"],
])("reads a few rare characters that were cut: %s", (hex, text) => {
  expect(decodeOutput(Uint8Array.from(Buffer.from(hex, "hex")))).toMatchObject({
    text,
    charset: "gb18030",
    lossy: true,
  });
});

it("is certain of no letters of Europe", () => {
  for (const text of ["für", "Größe für naïve Übergröße café", "Zażółć gęślą jaźń", "déjà vu à la carte été"]) {
    const letters = Uint8Array.from([...text].map((letter) => Math.min(255, letter.charCodeAt(0))));
    for (let end = 1; end <= letters.length; end += 1) {
      const { charset, isCharsetCertain } = decodeOutput(letters.subarray(0, end));
      expect([charset, charset === "gb18030" && isCharsetCertain]).toEqual([charset, false]);
    }
  }
});
