import { afterEach, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig, walk } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

it.each([
  ["ECS", 130, 20, 7],
  ["ECS", 130, 20, 1],
  ["ECS", 35, 20, 7],
  ["SWAS", 130, 20, 7],
  ["ECS", 130, 10, 7],
  ["SWAS", 130, 10, 7],
  ["ECS", 130, 10, 10],
  ["ECS", 130, 10, 40],
  ["ECS", 130, 15, 7],
  ["ECS", 400, 20, 7],
] as const)(
  "%s: %i runs in pages of %i, whatever size is asked for, %i in each second, are walked in order",
  async (product, count, clamp, perSecond) => {
    const places = {
      [`${product}/cn-hangzhou`]: createPlace(manyRuns(count, "t-o", { perSecond }), { oneSize: true, clamp }),
    };
    rig = await startRig(places);
    const pages = await walk(rig, { size: 20 });
    expect(pages.flatMap(({ ids }) => ids)).toEqual(ordered(places));
    expect(pages.flatMap(({ sources, errors }) => [...sources, ...(errors ?? [])])).toEqual(
      pages.map(() => ({ ok: true })),
    );
    // Each page once, and about as often the one in front of it: pages of one size do not overlap.
    expect(rig.far.calls.length).toBeLessThanOrEqual(3 * Math.ceil(count / clamp) + 3);
  },
);
