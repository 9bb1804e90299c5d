import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { countLines, firstLines, lastLines, limitBytes, splitLines, stripAnsi } from "#domain";

describe("stripAnsi", () => {
  it.each([
    ["colours", "\u001b[1;31mred\u001b[0m ok", "red ok"],
    ["true colours with colons", "\u001b[38:2::255:0:0mred\u001b[m", "red"],
    ["cursor moves and private modes", "\u001b[?25l\u001b[2K\u001b[1Gdone\u001b[?25h", "done"],
    ["8-bit control sequences", "\u009b1mbold\u009b0m", "bold"],
    ["titles ended by BEL", "\u001b]0;title\u0007text", "text"],
    ["hyperlinks ended by ST", "\u001b]8;;https://a.example\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["device control strings over lines", "\u001bPq#0\n~~\u001b\\after", "after"],
    ["8-bit control strings", "\u009d0;title\u009ctext", "text"],
    ["character sets and single shifts", "\u001b(B\u001b)0\u001b=\u001b7text\u001b8", "text"],
    ["a sequence cut at the end", "text\u001b[3", "text"],
    ["a lone ESC", "a\u001b", "a"],
    ["only the introducer of a string that never ends", "a\u001b]0;b\nnext line", "a0;b\nnext line"],
  ])("takes out %s", (_name, text, expected) => {
    expect(stripAnsi(text)).toBe(expected);
  });

  it.each(["plain [31m text", "tab\tCRLF\r\n", "bell \u0007 back \b", "磁盘 💩", "next\u0085line"])(
    "leaves %j alone",
    (text) => {
      expect(stripAnsi(text)).toBe(text);
    },
  );

  it("takes linear time on introducers without an end", () => {
    for (const introducer of ["\u001b]", "\u001bP", "\u009d", "\u0090", "\u001b[", "\u001b "]) {
      const started = performance.now();
      expect(stripAnsi(introducer.repeat(500_000))).toBe("");
      expect(performance.now() - started).toBeLessThan(2000);
    }
  });
});

describe("lines of an output", () => {
  const LINES = "a\r\nb\n\nlast";

  it.each([
    ["", 0],
    ["a", 1],
    ["a\n", 1],
    ["a\r\nb", 2],
    ["\n", 1],
    ["\n\n", 2],
    [LINES, 4],
  ])("%j has %i lines", (text, count) => {
    expect([countLines(text), splitLines(text).length]).toEqual([count, count]);
  });

  it("gives the first lines with their ends", () => {
    expect([0, 1, 2, 3, 4, 9].map((count) => firstLines(LINES, count))).toEqual([
      "",
      "a\r\n",
      "a\r\nb\n",
      "a\r\nb\n\n",
      LINES,
      LINES,
    ]);
  });

  it("gives the last lines with their ends", () => {
    expect([0, 1, 2, 3, 4, 9].map((count) => lastLines(LINES, count))).toEqual([
      "",
      "last",
      "\nlast",
      "b\n\nlast",
      LINES,
      LINES,
    ]);
    expect([1, 2].map((count) => lastLines("a\nb\n", count))).toEqual(["b\n", "a\nb\n"]);
    expect(lastLines("\n", 1)).toBe("\n");
  });

  it("divides a text into its first and its other lines without losing anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r") }), fc.nat(20), (text, count) => {
        const first = firstLines(text, count);
        const others = lastLines(text, countLines(text) - countLines(first));
        expect(first + others).toBe(text);
      }),
    );
  });
});

describe("limitBytes", () => {
  it("cuts between characters", () => {
    expect([-1, 0, 1, 3, 4, 7, 8, 9, 100].map((maxBytes) => limitBytes("a文💩b", maxBytes))).toEqual([
      "",
      "",
      "a",
      "a",
      "a文",
      "a文",
      "a文💩",
      "a文💩b",
      "a文💩b",
    ]);
  });
});
