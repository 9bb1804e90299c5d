import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createPlannedWorld, judgeWalk, planArbitrary } from "./support/drift.ts";

// Each world is walked forwards and backwards.
const WORLDS = 1_100;

describe("a walk over random worlds that drift", () => {
  for (const direction of [1, -1] as const) {
    it(`${direction > 0 ? "forwards" : "backwards"} loses nothing, doubles nothing, and keeps the order`, async () => {
      await fc.assert(
        fc.asyncProperty(planArbitrary, async (plan) => {
          expect(await judgeWalk(createPlannedWorld(plan), direction)).toEqual({
            lost: [],
            doubled: [],
            outOfOrder: [],
          });
        }),
        { numRuns: WORLDS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
      );
    }, 120_000);
  }
});
