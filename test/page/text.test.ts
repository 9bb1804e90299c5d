import { describe, expect, it } from "@jest/globals";
import { compareLines } from "../../src/page/text/difference.ts";
import { findAll, NO_MATCHES } from "../../src/page/text/find.ts";
import { cutRow } from "../../src/page/text/segments.ts";
import { toSideRows } from "../../src/page/text/side-rows.ts";
import { layOut } from "../../src/page/text/text-rows.ts";

const rowsOf = (text: string, columns: number): readonly string[] => {
  const rows = layOut(text, columns);
  return Array.from({ length: rows.rowCount }, (_, row) => {
    const { start, end } = rows.range(row);
    return `${rows.lineNumberAt(row) ?? ""}|${text.slice(start, end)}`;
  });
};

describe("layOut", () => {
  it.each([
    ["", []],
    ["a", ["1|a"]],
    ["a\n", ["1|a"]],
    ["\n\n", ["1|", "2|"]],
    ["abcdef\ngh", ["1|abcd", "|ef", "2|gh"]],
    ["abcd\n", ["1|abcd"]],
    ["磁盘ok", ["1|磁盘", "|ok"]],
    ["a磁盘", ["1|a磁", "|盘"]],
    ["👍👍👍", ["1|👍👍", "|👍"]],
    ["\tx", ["1|\t", "|x"]],
  ])("cuts %j into rows of four columns", (text, rows) => {
    expect(rowsOf(text, 4)).toEqual(rows);
  });

  it("finds the rows of lines and offsets", () => {
    const rows = layOut("abcdef\ngh\ni", 4);
    expect([0, 1, 2, 3, 99].map((line) => rows.rowOfLine(line))).toEqual([0, 0, 2, 3, 3]);
    expect([0, 3, 4, 7, 10].map((offset) => rows.rowAt(offset))).toEqual([0, 0, 1, 2, 3]);
    expect([rows.lineCount, rows.rowCount]).toEqual([3, 4]);
  });

  it("lays out millions of lines, and a line of millions of characters", () => {
    expect(layOut("\n".repeat(4_000_000), 80).rowCount).toBe(4_000_000);
    expect(layOut("x".repeat(4_000_000), 80).rowCount).toBe(50_000);
  });
});

describe("findAll", () => {
  it("finds a plain text in any case, and no pattern", () => {
    expect(findAll("Error at a.b, ERROR at axb", "error")).toEqual({ starts: [0, 14], ends: [5, 19], isCapped: false });
    expect(findAll("a.b axb (", "a.b")).toEqual({ starts: [0], ends: [3], isCapped: false });
    expect(findAll("a(b", "(")).toMatchObject({ starts: [1] });
    expect(findAll("text", "")).toEqual(NO_MATCHES);
  });

  it("stops at the most that it looks for", () => {
    expect(findAll("aaaa", "a", 2)).toEqual({ starts: [0, 1], ends: [1, 2], isCapped: true });
  });
});

describe("cutRow", () => {
  it("cuts where looks change and matches begin and end, also those that began in front of the row", () => {
    const styled = { text: "abcdefgh", starts: [1, 5], looks: ["fg1", ""] };
    const matches = { starts: [0, 4], ends: [3, 6], isCapped: false };
    expect(cutRow(styled, matches, 2, 8)).toEqual([
      { text: "c", look: "fg1", match: 0 },
      { text: "d", look: "fg1", match: null },
      { text: "e", look: "fg1", match: 1 },
      { text: "f", look: "", match: 1 },
      { text: "gh", look: "", match: null },
    ]);
    expect(cutRow(styled, NO_MATCHES, 3, 3)).toEqual([]);
  });
});

describe("compareLines", () => {
  const short = (left: string, right: string): string | undefined =>
    compareLines(left, right)
      ?.map(({ kind, line }) => `${{ same: " ", left: "-", right: "+" }[kind]}${line}`)
      .join(",");

  it.each([
    ["a\nb\n", "a\nb", " a, b"],
    ["", "a", "+a"],
    ["a", "", "-a"],
    ["a\nb\nc", "a\nx\nc", " a,-b,+x, c"],
    ["a\nb\nc\nd", "b\nd\ne", "-a, b,-c, d,+e"],
    ["x\ny", "y\nx", "-x, y,+x"],
    ["a\r\nb", "a\nb", " a, b"],
  ])("compares %j with %j", (left, right, expected) => {
    expect(short(left, right)).toBe(expected);
  });

  it("keeps every line of both sides whatever they are", () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const line = (index: number): string => String((seed * 7919 + index * index * 31) % 5);
      const left = Array.from({ length: seed % 17 }, (_, index) => line(index));
      const right = Array.from({ length: (seed * 5) % 13 }, (_, index) => line(index + seed));
      const lines = compareLines(left.join("\n"), right.join("\n")) ?? [];
      expect(lines.filter(({ kind }) => kind !== "right").map((one) => one.line)).toEqual(left);
      expect(lines.filter(({ kind }) => kind !== "left").map((one) => one.line)).toEqual(right);
    }
  });

  it("gives up where two texts have little in common", () => {
    const lines = (word: string): string => Array.from({ length: 2_000 }, (_, index) => word + index).join("\n");
    expect(compareLines(lines("a"), lines("b"))).toBeNull();
  });
});

describe("toSideRows", () => {
  it("puts changed lines beside each other and folds long stretches of equal ones", () => {
    const same = Array.from({ length: 9 }, (_, index) => `s${index}`);
    const rows = toSideRows(compareLines(["a", ...same, "b"].join("\n"), ["x", "y", ...same].join("\n")) ?? []);
    expect(rows.map((row) => (row.kind === "fold" ? `…${row.count}` : `${row.left}|${row.right}`))).toEqual([
      "a|x",
      "null|y",
      "s0|s0",
      "s1|s1",
      "s2|s2",
      "…3",
      "s6|s6",
      "s7|s7",
      "s8|s8",
      "b|null",
    ]);
  });
});
