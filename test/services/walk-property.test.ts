import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createPlannedWorld } from "./support/drift.ts";
import { isToBeKnown, planArbitrary } from "./support/plan.ts";
import { judgeWalk } from "./support/verdict.ts";

// Each is walked in both directions. The benchmark walks others, with a new seed each time.
const WORLDS = 1_010;
const SEED = 20_260_102;

describe("a walk over random worlds that drift", () => {
  it.each([
    ["forwards", 1],
    ["backwards", -1],
  ] as const)(
    "%s loses nothing, doubles nothing, and keeps the order",
    async (_name, direction) => {
      await fc.assert(
        fc.asyncProperty(planArbitrary, async (plan) => {
          expect(await judgeWalk(createPlannedWorld(plan), direction, isToBeKnown(plan, direction))).toEqual({
            lost: [],
            doubled: [],
            outOfOrder: [],
          });
        }),
        { numRuns: WORLDS, seed: SEED },
      );
    },
    120_000,
  );

  it("backwards over lists with runs without a time among the others, unknown until then, loses and doubles nothing", async () => {
    const plans = planArbitrary.filter((plan) => isToBeKnown(plan, -1));
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        expect(await judgeWalk(createPlannedWorld(plan), -1)).toMatchObject({ lost: [], doubled: [] });
      }),
      { numRuns: 200, seed: SEED },
    );
  }, 120_000);
});
