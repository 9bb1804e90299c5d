import { expect, it } from "@jest/globals";
import { type ScannedPart, upTo } from "../../src/services/questions/scan.ts";

/** What scanning yields for so many runs, in parts of a size: each run is its number. */
async function* scan(count: number, size: number): AsyncGenerator<ScannedPart<number>> {
  for (let from = 0; from < count; from += size) {
    const runs = Array.from({ length: Math.min(size, count - from) }, (_, index) => from + index);
    yield { runs, sources: [], isComplete: true };
  }
}

it.each([0, 1, 9, 10, 11, 25])(
  "takes of %d runs the first 10, and only those of more than 10 are not complete",
  async (count) => {
    for (const size of [1, 3, 5, 10, 100]) {
      let last: ScannedPart<number> = { runs: [], sources: [], isComplete: true };
      const taken: number[] = [];
      for await (last of upTo(10, scan(count, size))) taken.push(...last.runs);
      const isWhole = count <= 10;
      expect([taken, last.isComplete]).toEqual([Array.from({ length: isWhole ? count : 10 }, (_, n) => n), isWhole]);
    }
  },
);
