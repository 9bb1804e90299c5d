import { afterEach, describe, expect, it } from "@jest/globals";
import { ecsRun, swasRun } from "./bodies.ts";
import {
  ecs,
  failing,
  idsOf,
  later,
  ok,
  type Respond,
  rig,
  runs,
  SERVER,
  start,
  swas,
  tokenOf,
  walk,
} from "./odd-list-scene.ts";
import { createPlace, createRandom, manyRuns } from "./world.ts";

afterEach(() => rig.stop());

describe("a list that contradicts itself shows every run that was read, ends, and says what is wrong", () => {
  it.each<readonly [string, "ECS" | "SWAS", Respond, number, string, readonly number[]]>([
    [
      "one run of five, whatever is asked for",
      "ECS",
      ecs(1, () => ({ TotalCount: 5, PageNumber: 1, PageSize: 1 })),
      1,
      "Page 2 of the list is page 1 again",
      [3],
    ],
    [
      "two runs of five, as the sample has it",
      "ECS",
      ecs(2, () => ({ TotalCount: 5, PageNumber: 1, PageSize: 10 })),
      2,
      "page 1 again",
      [4],
    ],
    [
      "one run of ten on SWAS",
      "SWAS",
      swas(1, { TotalCount: 10, PageNumber: 1, PageSize: 50 }),
      1,
      "page 1 again",
      [4],
    ],
    [
      "page 1 at every page",
      "ECS",
      ecs(50, () => ({ TotalCount: 300, PageNumber: 1, PageSize: 50 })),
      50,
      "page 1 again",
      [1, 0, 2],
    ],
    [
      "page 1 at every page on SWAS",
      "SWAS",
      swas(50, { TotalCount: 300, PageNumber: 1, PageSize: 50 }),
      50,
      "page 1 again",
      [1, 0, 2],
    ],
    [
      "one run and the same token at every answer",
      "ECS",
      ecs(1, () => ({ NextToken: "same" })),
      1,
      "round in a circle",
      [2],
    ],
    [
      "50 runs and the same token at every answer",
      "ECS",
      ecs(50, () => ({ NextToken: "same" })),
      50,
      "round in a circle",
      [1, 0, 1],
    ],
    [
      "the same runs behind ever new tokens",
      "ECS",
      ecs(50, (_call, number) => ({ NextToken: `token-${number}` })),
      50,
      "again and again",
      [1, 0, 3],
    ],
    [
      "empty answers behind ever new tokens",
      "ECS",
      (call, number) => ecs(tokenOf(call) === null ? 1 : 0, () => ({ NextToken: `token-${number}` }))(call, number),
      1,
      "goes on without any record",
      [10],
    ],
    [
      "50 runs of 300 and then nothing",
      "SWAS",
      (call, number) =>
        swas(call.asked.get("PageNumber") === "1" ? 50 : 0, { TotalCount: 300, PageNumber: 1, PageSize: 50 })(
          call,
          number,
        ),
      50,
      "tells of 300 records and shows 50",
      // Once more from further in front: runs that vanished would explain an empty page.
      [1, 0, 2],
    ],
  ])("%s", async (_name, product, respond, count, message, calls) => {
    await start(product, respond);
    const walked = await walk();
    expect(walked.ids).toEqual(idsOf(count));
    expect(walked.last).toMatchObject({ more: false, sources: failing(message), totalCount: null });
    expect(walked.calls).toEqual(calls);
    // What was found out is not found out anew for the next reader, but for the newest end.
    const again = await walk();
    expect([again.ids, again.last?.more, again.last?.sources]).toEqual([idsOf(count), false, failing(message)]);
    expect(again.calls.every((each) => each <= 1)).toBe(true);
  });

  it.each([
    ["ECS", 1_000],
    ["ECS", 60_000],
    ["SWAS", 1_000],
    ["SWAS", 60_000],
  ] as const)("pages of %s that show the oldest runs first, one in %d ms", async (product, apart) => {
    const { habits } = createPlace([]);
    const all = manyRuns(130, "t-h", { instanceId: SERVER }).map((run, index) => ({
      ...run,
      at: Date.UTC(2026, 0, 2) - index * apart,
    }));
    let isBroken = true;
    await start(product, ({ asked }) => {
      const [number, size] = [Number(asked.get("PageNumber")), Number(asked.get("PageSize"))];
      const page = (isBroken ? [...all].reverse() : all).slice((number - 1) * size, number * size);
      const paging = { TotalCount: all.length, PageNumber: number, PageSize: size };
      if (product === "SWAS") return ok({ ...paging, CommandInvocations: page.map((run) => swasRun(run, habits)) });
      return ok({ ...paging, Invocations: { Invocation: page.map((run) => ecsRun(run, asked)) } });
    });
    const oldest = all.slice(-50).map(({ invokeId }) => invokeId);
    for (const calls of [1, 0]) {
      const walked = await walk();
      expect([walked.ids, walked.calls]).toEqual([oldest, [calls, 0, 0]]);
      expect(walked.last).toMatchObject({ more: false, sources: failing("oldest runs first"), totalCount: null });
    }
    isBroken = false;
    const { ids } = await later(() => walk());
    expect(ids).toEqual(all.slice(0, 120).map(({ invokeId }) => invokeId));
  });

  it.each([
    ["ECS", 130],
    ["ECS", 230],
    ["SWAS", 130],
    ["SWAS", 230],
  ] as const)("pages of %s in no order at all, of %d runs", async (product, count) => {
    const { habits } = createPlace([]);
    const random = createRandom(count);
    const all = manyRuns(count, "t-h", { instanceId: SERVER });
    const keys = new Map(all.map((run) => [run, random()]));
    const mixed = all.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
    await start(product, ({ asked }) => {
      const [number, size] = [Number(asked.get("PageNumber")), Number(asked.get("PageSize"))];
      const page = mixed.slice((number - 1) * size, number * size);
      const paging = { TotalCount: count, PageNumber: number, PageSize: size };
      if (product === "SWAS") return ok({ ...paging, CommandInvocations: page.map((run) => swasRun(run, habits)) });
      return ok({ ...paging, Invocations: { Invocation: page.map((run) => ecsRun(run, asked)) } });
    });
    await walk();
    const { ids, calls, last } = await walk();
    // Two pages of 50 were read, the second of which began with two runs of the first.
    expect(ids).toEqual(all.filter((run) => mixed.slice(0, 96).includes(run)).map(({ invokeId }) => invokeId));
    expect(last).toMatchObject({ more: false, sources: failing("in no order of creation"), totalCount: null });
    expect(calls.every((each) => each <= 1)).toBe(true);
  });

  it("tokens that lead through runs in no order at all, to the list's end", async () => {
    const random = createRandom(7);
    const all = runs(100).map((run, index) => ({ ...run, at: Date.UTC(2026, 0, 2) - index * 60_000 }));
    const keys = new Map(all.map((run) => [run, random()]));
    const mixed = all.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
    await start("ECS", ({ asked }) => {
      const from = Number(asked.get("NextToken") ?? 0);
      const NextToken = from + 20 < all.length ? String(from + 20) : "";
      const page = mixed.slice(from, from + 20).map((run) => ecsRun(run, asked));
      return ok({ NextToken, Invocations: { Invocation: page } });
    });
    const first = await walk();
    // Runs that a walk has passed are told to be missing, and the next walk has them.
    expect(new Set(first.ids).size).toBe(first.ids.length);
    expect(
      first.pages.some(({ sources }) => sources.some(({ isComplete }: { isComplete: boolean }) => !isComplete)),
    ).toBe(true);
    expect((await walk()).ids).toEqual(idsOf(100));
  });

  it("and is read on once it makes sense again", async () => {
    let isBroken = true;
    const all = runs(120);
    await start("ECS", (call) => {
      const number = isBroken ? 1 : Number(call.asked.get("PageNumber"));
      const size = Number(call.asked.get("PageSize"));
      const page = all.slice((number - 1) * size, number * size);
      return ok({
        TotalCount: 120,
        PageNumber: number,
        PageSize: size,
        Invocations: { Invocation: page.map((run) => ecsRun(run, call.asked)) },
      });
    });
    expect((await walk()).ids).toEqual(idsOf(50));
    isBroken = false;
    const { ids } = await later(() => walk());
    expect(ids).toEqual(idsOf(120).slice(0, ids.length));
    expect(ids.length).toBe(120);
  });
});
