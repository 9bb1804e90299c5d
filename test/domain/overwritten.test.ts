import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { applyOverwriting, countLines } from "#domain";

describe("applyOverwriting", () => {
  it.each([
    ["a bar of returns alone", "\r  0%\r 50%\r100%", "100%"],
    ["a shorter text over a longer one", "downloading\rdone", "doneloading"],
    ["lines that end with CR LF", "one\r\ntwo\r\n", "one\r\ntwo\r\n"],
    ["a bar that ends with CR LF", "10%\r20%\r\nok\r\n", "20%\r\nok\r\n"],
    ["a second CR before the line end", "one\r\r\n", "one\r\n"],
    ["erasing to the end", "downloading\r\u001b[Kdone", "done"],
    ["erasing with a parameter", "downloading\r\u001b[0Kdone", "done"],
    ["erasing the whole line", "downloading\r\u001b[2Kdone", "done"],
    ["erasing up to the cursor", "abc\b\u001b[1Kx", "  x"],
    ["a spinner of backspaces", "wait |\b/\b-\b\\", "wait \\"],
    ["a backspace at the start", "\b\bok", "ok"],
    ["colours", "\u001b[31mred\u001b[0m\r\u001b[32mok\u001b[0m", "\u001b[0m\u001b[32mokd\u001b[0m"],
    ["wide characters", "下载中\rok", "ok载中"],
    ["half of a wide character", "下载\ra", "a 载"],
    ["a wide character over narrow ones", "abcd\r下", "下cd"],
    ["combining marks", "e\u0301x\ra", "ax"],
    ["lines without a return", "a\nb\n", "a\nb\n"],
    ["nothing", "", ""],
  ])("shows %s", (_name, text, expected) => {
    expect(applyOverwriting(text)).toBe(expected);
  });

  it("makes the last state of a bar that was drawn 101 times", () => {
    const bar = Array.from({ length: 101 }, (_, percent) => `${"#".repeat(percent / 10)} ${percent}%`).join("\r");
    expect(applyOverwriting(`${bar}\ndone\n`)).toBe("########## 100%\ndone\n");
  });

  it("keeps every line, and does nothing a second time", () => {
    const parts = fc.constantFrom("a", "中", "\r", "\n", "\b", "\u001b[K", "\u001b[31m");
    fc.assert(
      fc.property(fc.array(parts), (list) => {
        const text = list.join("");
        const shown = applyOverwriting(text);
        expect(countLines(shown)).toBeLessThanOrEqual(countLines(text));
        expect(applyOverwriting(shown)).toBe(shown);
      }),
    );
  });

  it("shows what cells hold that are erased again and again, in any order", () => {
    const erase: Readonly<Record<string, (cells: string[], column: number) => string[]>> = {
      "\u001b[K": (cells, column) => cells.slice(0, column),
      "\u001b[1K": (cells, column) => cells.map((cell, at) => (at <= column ? " " : cell)),
      "\u001b[2K": (cells, column) => cells.slice(0, column).map(() => " "),
    };
    const parts = fc.constantFrom("a", "b", "\b", ...Object.keys(erase));
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (list) => {
        let cells: string[] = [];
        let column = 0;
        for (const part of ["\b", ...list]) {
          if (part === "\b") column = Math.max(0, column - 1);
          else if (part in erase) cells = erase[part]?.(cells, column) ?? [];
          else {
            while (cells.length < column) cells.push(" ");
            cells[column] = part;
            column += 1;
          }
        }
        expect(applyOverwriting(`\b${list.join("")}`)).toBe(cells.join(""));
      }),
      { numRuns: 2_000 },
    );
  });
});
