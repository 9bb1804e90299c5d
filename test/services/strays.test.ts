import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createPlannedWorld } from "./support/drift.ts";
import { createGateway, PLAIN, walkAll } from "./support/gateway.ts";
import type { Plan } from "./support/plan.ts";
import { createRun } from "./support/records.ts";
import { judgeWalk } from "./support/verdict.ts";
import { createWorldSource, type WorldSource } from "./support/world.ts";

const SOURCE = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
const EXACT = { lost: [], doubled: [], outOfOrder: [] };
const STILL: Plan = {
  seed: 1,
  sourceSizes: [50],
  tiesMax: 2,
  pageSize: 20,
  arrivalsMax: 0,
  arrivesWithinPages: false,
  vanishMax: 0,
  shuffles: false,
  failOneIn: 0,
  pageSizeMax: 50,
  tellsTotal: true,
  isCapped: false,
  timelessRuns: 5,
  isTimelessAnywhere: true,
  shiftOneIn: 0,
};

/** `count` runs a second apart, the newest first; those at the places named have no creation time. */
function createList(count: number, strays: readonly number[]): WorldSource {
  const placeOf = (index: number): string => new Date(Date.UTC(2026, 0, 2) - index * 1_000).toISOString();
  const runs = Array.from({ length: count }, (_, index) => {
    const invokeId = `t-${String(index).padStart(4, "0")}`;
    return createRun({ source: SOURCE, invokeId, creationTime: strays.includes(index) ? null : placeOf(index) });
  });
  return createWorldSource(SOURCE, { runs, placeOf: (run) => placeOf(Number(run.invokeId.slice(2))) });
}

/** The order in which a list's runs are to be shown. */
function orderOf(count: number, strays: readonly number[]): readonly number[] {
  const timed = Array.from({ length: count }, (_, index) => index).filter((index) => !strays.includes(index));
  return [...timed, ...strays];
}

async function walkNumbers(world: WorldSource, size: number, direction: 1 | -1, gateway = createGateway([world])) {
  const { pages } = await walkAll(gateway, { size, direction });
  return pages.flat().map((name) => Number(name.slice(-4)));
}

describe("runs without a creation time among others", () => {
  it.each<readonly [string, Partial<Plan>]>([
    ["in crowded seconds", { seed: 1640209488, sourceSizes: [98, 0], tiesMax: 12, pageSize: 5 }],
    [
      "while runs arrive between two calls",
      { seed: 1814957688, sourceSizes: [46, 8], arrivalsMax: 60, arrivesWithinPages: true },
    ],
    ["in several lists", { seed: 11, sourceSizes: [79, 4, 22], pageSize: 50, arrivalsMax: 5, timelessRuns: 1 }],
    ["in lists that grow fast", { seed: 1243232225, sourceSizes: [18, 3, 44], tiesMax: 1, arrivalsMax: 60 }],
    [
      "in seconds whose order changes at every call, beside others",
      { seed: 2, sourceSizes: [19, 84, 5], tiesMax: 12, pageSize: 100, vanishMax: 3, shuffles: true, pageSizeMax: 10 },
    ],
    ["as the most of a list", { seed: 24, sourceSizes: [3], timelessRuns: 60, pageSize: 7 }],
    [
      "in a list that forgets its oldest runs and does not tell its length",
      { seed: 9, sourceSizes: [84], arrivalsMax: 60, isCapped: true, tellsTotal: false, vanishMax: 3, pageSizeMax: 10 },
    ],
  ])("are each shown once, and last: %s", async (_name, plan) => {
    const forwards = await judgeWalk(createPlannedWorld({ ...STILL, ...plan }), 1);
    const backwards = await judgeWalk(createPlannedWorld({ ...STILL, ...plan }), -1, true);
    expect({ forwards, backwards }).toEqual({ forwards: EXACT, backwards: EXACT });
  });

  it.each([
    ["at its head", [0, 1, 2]],
    ["in its middle", [70, 71, 72, 140]],
    ["at its head, by the hundred", Array.from({ length: 120 }, (_, index) => index)],
    ["in its middle, by the hundred", Array.from({ length: 120 }, (_, index) => index + 40)],
    ["at its end", [197, 198, 199]],
    ["at its end, by the hundred", Array.from({ length: 120 }, (_, index) => index + 80)],
    ["everywhere", Array.from({ length: 200 }, (_, index) => index)],
  ])("are read whole where a list has them %s", async (_name, strays) => {
    const expected = orderOf(200, strays);
    const world = createList(200, strays);
    const gateway = createGateway([world]);
    expect(await walkNumbers(world, 20, 1, gateway)).toEqual(expected);
    expect(await walkNumbers(world, 20, -1, gateway)).toEqual([...expected].reverse());
  });

  it("cost no call on the way, and one for each place where they stand in the end", async () => {
    const world = createList(400, [10, 11, 210]);
    const gateway = createGateway([world]);
    const calls: number[] = [];
    await walkAll(gateway, { size: 20, direction: 1, between: () => calls.push(world.calls.splice(0).length) });
    calls.push(world.calls.length);
    expect(calls).toEqual([...Array.from({ length: 19 }, () => 1), 3]);
  });

  it("hinder nobody where the order of a second turns round at every call", async () => {
    const secondOf = (index: number): number => (index < 45 ? index : index < 48 ? 100 : 200);
    const runs = Array.from({ length: 51 }, (_, index) =>
      createRun({
        source: SOURCE,
        invokeId: `t-${String(index).padStart(4, "0")}`,
        creationTime: index === 47 ? null : new Date(Date.UTC(2026, 0, 2) - secondOf(index) * 1_000).toISOString(),
      }),
    );
    const world = createWorldSource(SOURCE, {
      runs,
      placeOf: ({ invokeId }) => String(2_000 - secondOf(Number(invokeId.slice(2)))),
      order: ({ invokeId }, call) => Number(invokeId.slice(2)) * (call % 2 === 0 ? 1 : -1),
    });
    expect(await walkNumbers(world, 1, 1)).toEqual([
      ...Array.from({ length: 47 }, (_, index) => index),
      48,
      49,
      50,
      47,
    ]);
  });

  it("are looked for within bounds, and then end the walk like those that nobody knew of", async () => {
    const strays = Array.from({ length: 5 }, (_, index) => index * 700 + 20);
    const world = createList(3_500, strays);
    const gateway = createGateway([world]);
    await gateway.services.pageInvocations({ first: 100 }, {}, PLAIN, createOperation());
    world.calls.length = 0;
    const last = await gateway.services.pageInvocations({ last: 20 }, {}, PLAIN, createOperation());
    expect({ ids: last.edges.map(({ node }) => Number(node.invokeId.slice(2))), calls: world.calls.length }).toEqual({
      ids: Array.from({ length: 20 }, (_, index) => 3_480 + index),
      calls: 1,
    });
  });

  it("end a walk backwards that learns of them on its way, so that none is lost", async () => {
    const strays = [90, 91, 100];
    const world = createList(200, strays);
    const timed = orderOf(200, strays).slice(0, -strays.length);
    expect(await walkNumbers(world, 20, -1)).toEqual([...[...timed].reverse(), ...[...strays].reverse()]);
  });

  it("are not shown again to somebody who turns round", async () => {
    const world = createList(120, [10, 11, 90]);
    const { services, clock } = createGateway([world]);
    const first = await services.pageInvocations({ first: 50 }, {}, PLAIN, createOperation());
    await clock.advance(2_000);
    const back = await services.pageInvocations({ last: 20, before: first.endCursor() }, {}, PLAIN, createOperation());
    expect(back.edges.map(({ node }) => Number(node.invokeId.slice(2)))).toEqual(
      orderOf(120, [10, 11, 90]).slice(29, 49),
    );
  });

  it("are found by somebody who turns round and then walks on to the end", async () => {
    const strays = [10, 11, 90];
    const world = createList(120, strays);
    const { services, clock } = createGateway([world]);
    const read = async (args: object) => {
      await clock.advance(2_000);
      return services.pageInvocations(args, {}, PLAIN, createOperation());
    };
    const first = await read({ last: 50 });
    const second = await read({ last: 20, before: first.startCursor() });
    const seen: number[] = [];
    for (let after = second.endCursor(), isMore = true; isMore; ) {
      const page = await read({ first: 50, after });
      seen.push(...page.edges.map(({ node }) => Number(node.invokeId.slice(2))));
      after = page.endCursor();
      isMore = page.hasNextPage;
    }
    expect(seen).toEqual(orderOf(120, strays).slice(-50));
  });
});
