import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeOutput } from "#domain";
import { encodeIn } from "../support/encode.ts";
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
