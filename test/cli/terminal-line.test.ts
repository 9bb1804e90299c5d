import { describe, expect, it } from "@jest/globals";
import { toShown } from "../../src/cli/terminal-line.ts";

const bar = Array.from(
  { length: 101 },
  (_, percent) => `\r${String(percent).padStart(3)}% [${"#".repeat(percent / 10).padEnd(10)}]`,
);

describe("a text as a terminal shows it in the end", () => {
  it.each([
    ["a bar of 101 states", bar.join(""), "100% [##########]"],
    ["what a shorter line leaves of a longer one", "downloading 10 MB\rdone", "doneloading 10 MB"],
    ["a line that is erased and drawn again", "downloading 10 MB\r\u001b[Kdone\nnext", "done\nnext"],
    ["blanks that wipe a line", "working\r       \rok", "ok"],
    ["line ends of Windows", "one\r\ntwo\r\n", "one\ntwo\n"],
    ["a spinner of backspaces", "|\b/\b-\b\\\bok", "ok"],
    ["moves within a line", "abc\u001b[1GX\u001b[1CY\u001b[2D-", "X-Y"],
    [
      "colours, links and titles",
      "\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007 \u001b]0;title\u001b\\x",
      "red link x",
    ],
    ["clearing the screen, bells and C1 controls", "a\u001b[2Jb\u0007c\u009b2Jd\u001bcé", "abcdé"],
    ["a sequence without an end", "a\u001b[12", "a"],
    ["characters beyond 16 bits", "😀😀\r😎", "😎😀"],
  ])("shows %s", (_name, text, expected) => {
    expect(toShown(text, false)).toBe(expected);
  });

  it("keeps colours if they are wanted, over lines and redrawn parts, and ends them with each line", () => {
    expect(toShown("\u001b[1;31mred\nstill\u001b[m plain\n\u001b[32mxxxx\r\u001b[33mok", true)).toBe(
      "\u001b[1;31mred\u001b[0m\n\u001b[1;31mstill\u001b[0m plain\n\u001b[32m\u001b[33mok\u001b[0m\u001b[32mxx\u001b[0m",
    );
  });

  it("takes no more room than a terminal has, however far a cursor is moved", () => {
    expect(toShown("\u001b[999999999Cx\u001b[999999999Gy", false).length).toBeLessThan(5_000);
  });
});
