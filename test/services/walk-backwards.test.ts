import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createPlannedWorld } from "./support/drift.ts";
import { isToBeKnown, planArbitrary } from "./support/plan.ts";
import { expectExactWalks, SEED } from "./support/property.ts";
import { judgeWalk } from "./support/verdict.ts";

describe("a walk backwards over random worlds that drift", () => {
  it("loses nothing, doubles nothing, and keeps the order", () => expectExactWalks(-1), 120_000);

  it("loses and doubles nothing where runs without a time stand among the others and nobody knew of them", async () => {
    const plans = planArbitrary.filter((plan) => isToBeKnown(plan, -1));
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        expect(await judgeWalk(createPlannedWorld(plan), -1)).toMatchObject({ lost: [], doubled: [] });
      }),
      { numRuns: 200, seed: SEED },
    );
  }, 120_000);
});
