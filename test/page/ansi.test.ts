import { describe, expect, it } from "@jest/globals";
import { readAnsi } from "../../src/page/text/ansi.ts";

const ESC = "\u001b";

describe("readAnsi", () => {
  it("leaves a text without control sequences as it is", () => {
    expect(readAnsi("磁盘 ok\n\t👍\n")).toEqual({ text: "磁盘 ok\n\t👍\n", starts: [], looks: [] });
  });

  it("tells from where on which look holds, also across lines", () => {
    expect(readAnsi(`a${ESC}[1;31mred\nstill${ESC}[0mplain`)).toEqual({
      text: "ared\nstillplain",
      starts: [1, 10],
      looks: ["bold fg1", ""],
    });
  });

  it.each([
    ["91", "fg9"],
    ["42", "bg2"],
    ["103", "bg11"],
    ["7;3;4;9", "inverse italic strike underline"],
    ["38;5;1", "fg1"],
    ["38;5;196", "fg9"],
    ["38;5;22", "fg2"],
    ["38;5;240", "fg8"],
    ["38;5;255", "fg15"],
    ["48;2;0;0;120", "bg4"],
    ["38;2;255;255;0", "fg11"],
    ["38:2:10:10:10", "fg0"],
    ["38;5;900", ""],
    ["", ""],
    ["999", ""],
  ])("reads the parameters %j as %j", (parameters, look) => {
    expect(readAnsi(`${ESC}[${parameters}mx`)).toEqual({ text: "x", starts: [0], looks: [look] });
  });

  it("takes back single attributes", () => {
    const { looks } = readAnsi(`${ESC}[1;2;4;31;44ma${ESC}[22mb${ESC}[24mc${ESC}[39md${ESC}[49me`);
    expect(looks).toEqual(["bg4 bold dim fg1 underline", "bg4 fg1 underline", "bg4 fg1", "bg4", ""].map(sortNames));
  });

  it("drops cursor moves, titles and links, and shows other control characters by their pictures", () => {
    expect(readAnsi(`a${ESC}[2K${ESC}]0;title\u0007b${ESC}]8;;http://evil\u001b\\c\u0000\u007f`).text).toBe("abc␀␡");
  });

  it("never makes a class name of what a server printed", () => {
    expect(readAnsi(`${ESC}[31;"onload=x"m<script>`)).toMatchObject({ starts: [], looks: [] });
  });

  it("shows the last state of a progress bar, and knows CRLF", () => {
    expect(readAnsi("10%\r50%\r100%\ndone\r\nend\r").text).toBe("100%\ndone\nend");
  });

  it("is linear for a text of introducers only", () => {
    expect(readAnsi(`${ESC}]`.repeat(200_000)).text).toBe("");
  });
});

/** Flags come first, in the order of the alphabet; then the colours. */
function sortNames(look: string): string {
  const names = look.split(" ");
  return [
    ...names.filter((name) => !/\d$/.test(name)),
    ...names.filter((name) => /^fg\d/.test(name)),
    ...names.filter((name) => /^bg\d/.test(name)),
  ].join(" ");
}
