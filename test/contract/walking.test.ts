import { afterEach, describe, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig, walk, walkedIds } from "./rig.ts";
import { createPlace, type Habits, manyRuns, type Place } from "./world.ts";

let rig: Rig | null = null;
afterEach(async () => {
  await rig?.stop();
  rig = null;
});

const SERVER = "a".repeat(32);

/** Three sources with runs of their own. */
function threePlaces(habits: Partial<Habits>, perSecond: number): Record<string, Place> {
  return {
    "ECS/cn-hangzhou": createPlace(manyRuns(107, "t-h", { perSecond }), habits),
    "ECS/cn-beijing": createPlace(manyRuns(30, "t-b", { perSecond }), habits),
    "SWAS/cn-hangzhou": createPlace(manyRuns(57, "t-s", { perSecond, instanceId: SERVER }), habits),
  };
}

const HABITS: readonly [string, Partial<Habits>, number][] = [
  ["behaves", {}, 1],
  ["shuffles every second at every call", { ties: "shuffled" }, 9],
  ["alternates between two orders", { ties: "alternating" }, 9],
  ["puts scores of runs into one second, shuffled", { ties: "shuffled" }, 70],
  ["tells no TotalCount", { total: "absent", ties: "shuffled" }, 3],
  ["tells TotalCount 0", { total: "zero" }, 3],
  ["tells one more than there are", { total: "one more" }, 3],
  ["tells one less than there are", { total: "one less" }, 3],
  ["cuts pages to 20 silently", { clamp: 20, ties: "shuffled" }, 9],
  ["refuses pages above 20", { refuseAbove: 20, ties: "shuffled" }, 9],
  ["sends numbers as texts", { texts: true }, 3],
  ["leaves out what is nothing", { nothing: "absent" }, 3],
  ["begins each page with the last record of the page before", { overlap: 1 }, 1],
];

describe("walking all pages gives every run exactly once, in the total order, of an upstream that", () => {
  it.each(HABITS)("%s", async (_name, habits, perSecond) => {
    const places = threePlaces(habits, perSecond);
    rig = await startRig(places);
    const expected = ordered(places);
    // Pages that fit into one of the upstream's, and pages that do not.
    for (const [size, backwards] of [
      [7, false],
      [20, true],
      [50, true],
      [100, false],
    ] as const) {
      expect({ size, backwards, ids: await walkedIds(rig, { size, backwards }) }).toEqual({
        size,
        backwards,
        ids: expected,
      });
    }
  });

  it.each([true, false])("shuffles, row by row (backwards: %s)", async (backwards) => {
    const places = {
      "ECS/cn-hangzhou": createPlace(manyRuns(23, "t-h", { perSecond: 8 }), { ties: "shuffled" }),
      "SWAS/cn-hangzhou": createPlace(manyRuns(17, "t-s", { perSecond: 5 }), { ties: "shuffled" }),
    };
    rig = await startRig(places);
    expect(await walkedIds(rig, { size: 1, backwards })).toEqual(ordered(places));
  });

  it("puts 300 runs into one second", async () => {
    const places = { "ECS/cn-hangzhou": createPlace(manyRuns(300, "t-h", { perSecond: 300 }), { ties: "shuffled" }) };
    rig = await startRig(places);
    expect(await walkedIds(rig, { size: 50 })).toEqual(ordered(places));
    expect(await walkedIds(rig, { size: 100, backwards: true })).toEqual(ordered(places));
  });
});

describe("a walk while the list moves", () => {
  it.each([
    [7, 1],
    [20, 3],
    [50, 120],
    [100, 2],
    [1, 1],
  ])("takes no run that arrives, and loses none: pages of %d, %d arrivals each", async (size, arrivals) => {
    const count = size === 1 ? 30 : 140;
    const places = {
      "ECS/cn-hangzhou": createPlace(manyRuns(count, "t-h", { perSecond: 3 }), { ties: "shuffled" }),
      "SWAS/cn-hangzhou": createPlace(manyRuns(40, "t-s", { perSecond: 2 }), { ties: "shuffled" }),
    };
    const expected = ordered(places);
    rig = await startRig(places);
    let number = 0;
    const between = () => {
      for (const place of Object.values(places)) {
        for (let one = 0; one < arrivals; one += 1) {
          number += 1;
          place.runs.unshift({
            ...manyRuns(1, "t-new")[0],
            invokeId: `t-new${number}`,
            at: Date.UTC(2026, 0, 3) + number * 1_000,
            executions: [{ instanceId: "i-1" }],
          });
        }
      }
    };
    expect(await walkedIds(rig, { size, between })).toEqual(expected);
  });

  it.each([true, false])(
    "loses none while runs arrive between two calls of one page (shuffled: %s)",
    async (isShuffled) => {
      const place = createPlace(manyRuns(260, "t-h", { perSecond: 40 }), { ties: isShuffled ? "shuffled" : "kept" });
      const places = { "ECS/cn-hangzhou": place };
      const expected = ordered(places);
      rig = await startRig(places);
      let number = 0;
      rig.far.interfere = () => {
        number += 1;
        place.runs.unshift({ invokeId: `t-new${number}`, at: Date.UTC(2026, 0, 3) + number * 1_000, executions: [] });
        return null;
      };
      const ids = await walkedIds(rig, { size: 20 });
      expect(ids.filter((id) => !id.startsWith("t-new"))).toEqual(expected);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  it("loses none while old runs vanish from the end and single ones from the middle", async () => {
    const place = createPlace(manyRuns(200, "t-h", { perSecond: 4 }), { ties: "shuffled" });
    const first = ordered({ "ECS/cn-hangzhou": place });
    rig = await startRig({ "ECS/cn-hangzhou": place });
    const between = () => {
      place.runs.splice(place.runs.length - 3, 3);
      place.runs.splice(5, 1);
    };
    const ids = await walkedIds(rig, { size: 20, between });
    const left = new Set(place.runs.map((run) => run.invokeId));
    expect(ids.filter((id) => left.has(id))).toEqual(first.filter((id) => left.has(id)));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("what a page costs", () => {
  it.each([7, 20, 50, 100])("is one call a source, plus one per 50 runs: pages of %d", async (size) => {
    const places = threePlaces({}, 1);
    rig = await startRig(places);
    for (const backwards of [false, true]) {
      const pages = await walk(rig, { size, backwards });
      // The end of a list is where the first page backwards has to look first.
      const atFirst = backwards ? 3 : 0;
      const tooDear = pages.filter(({ ids, calls }, index) => {
        const taken = ["t-h", "t-b", "t-s"].map((prefix) => ids.filter((id) => id.startsWith(prefix)).length);
        const allowed = taken.reduce((sum, count) => sum + 1 + Math.ceil(count / 50), index === 0 ? atFirst : 0);
        return calls > allowed;
      });
      expect(tooDear).toEqual([]);
    }
  });

  it("does not grow from page 2 to page 40", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(2_000, "t-h")) });
    const pages = await walk(rig, { size: 50 });
    expect(pages).toHaveLength(40);
    expect(pages.filter(({ calls }) => calls > 2).map(({ calls }) => calls)).toEqual([]);
  });
});
