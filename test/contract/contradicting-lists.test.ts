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
import { createPlace, manyRuns, type Run } from "./world.ts";

afterEach(() => rig.stop());

/** Starts a source whose pages show these runs, in the order in which they are. */
async function startPages(product: "ECS" | "SWAS", listed: () => readonly Run[]): Promise<void> {
  const { habits } = createPlace([]);
  await start(product, ({ asked }) => {
    const [number, size] = [Number(asked.get("PageNumber")), Number(asked.get("PageSize"))];
    const page = listed().slice((number - 1) * size, number * size);
    const paging = { TotalCount: listed().length, PageNumber: number, PageSize: size };
    if (product === "SWAS") return ok({ ...paging, CommandInvocations: page.map((run) => swasRun(run, habits)) });
    return ok({ ...paging, Invocations: { Invocation: page.map((run) => ecsRun(run, asked)) } });
  });
}

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
    const all = manyRuns(130, "t-h", { instanceId: SERVER }).map((run, index) => ({
      ...run,
      at: Date.UTC(2026, 0, 2) - index * apart,
    }));
    let isBroken = true;
    await startPages(product, () => (isBroken ? [...all].reverse() : all));
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

  it.each(["ECS", "SWAS"] as const)("pages of %s that show the runs in no order", async (product) => {
    const all = manyRuns(130, "t-h", { instanceId: SERVER }).map((_, index, runs) => ({
      ...runs[(index * 37 + 11) % 130],
      at: Date.UTC(2026, 0, 2) - ((index * 37 + 11) % 130) * 60_000,
    })) as ReturnType<typeof manyRuns>;
    await startPages(product, () => all);
    const shown = [...all.slice(0, 50)].sort((a, b) => b.at - a.at).map(({ invokeId }) => invokeId);
    const walked = await walk();
    expect([walked.ids, walked.calls]).toEqual([shown, [1, 0, 0]]);
    expect(walked.last).toMatchObject({ more: false, sources: failing("in no order"), totalCount: null });
  });

  it.each(["ECS", "SWAS"] as const)(
    "but not pages of %s in which neighbours of a burst stand in another order",
    async (product) => {
      // Five a second; some of them stand behind one of the second before.
      const all = manyRuns(200, "t-h", { perSecond: 5, instanceId: SERVER });
      const listed = all.map((run, index) => {
        if (index % 10 === 4) return all[index + 1] ?? run;
        return index % 10 === 5 ? (all[index - 1] ?? run) : run;
      });
      await startPages(product, () => listed);
      const { ids, last } = await walk();
      expect(ids.toSorted()).toEqual(
        all
          .map(({ invokeId }) => invokeId)
          .slice(0, ids.length)
          .toSorted(),
      );
      expect(last).toMatchObject({ sources: [{ ok: true, isComplete: true }] });
    },
  );

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
