import { expect } from "@jest/globals";
import fc from "fast-check";
import { createPlannedWorld } from "./drift.ts";
import { HARD_PLANS, planArbitrary } from "./plan.ts";
import { judgeWalk } from "./verdict.ts";

/** Worlds for each direction in the suite; the benchmark walks others, with a new seed each time. */
export const WORLDS = 50;
/** Makes the same worlds every time. */
export const SEED = 20_260_102;

/** Walks random worlds in one direction; the plan of a world in which a walk is not exact is printed. */
export async function expectExactWalks(direction: 1 | -1): Promise<void> {
  await fc.assert(
    fc.asyncProperty(planArbitrary, async (plan) => {
      expect(await judgeWalk(createPlannedWorld(plan), direction)).toEqual({
        lost: [],
        doubled: [],
        outOfOrder: [],
        late: [],
      });
    }),
    { numRuns: WORLDS, seed: SEED, examples: HARD_PLANS.map((plan) => [plan]) },
  );
}
