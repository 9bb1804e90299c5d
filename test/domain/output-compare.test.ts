import { describe, expect, it } from "@jest/globals";
import { diffLines, maskOutput } from "#domain";

describe("lines that differ", () => {
  it("are told as often as they are there", () => {
    const difference = diffLines("a\nb\nb\n", "b\nc\n", (text) => text);
    expect(difference).toEqual({ addedLines: ["a", "b"], missingLines: ["c"], isCut: false });
  });

  it("differ in what counts of them, which is looked for once in each text", () => {
    const asked: string[] = [];
    const formOf = (text: string) => {
      asked.push(text);
      return maskOutput(text, ["web-1", "web-2"]);
    };
    const [one, other] = ["web-1 took 5 s\nready\n", "web-2 took 12 s\nfailed\n"];
    const difference = diffLines(one, other, formOf);
    expect(difference).toEqual({ addedLines: ["ready"], missingLines: ["failed"], isCut: false });
    expect(asked).toEqual([one, other]);
  });
});
