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

/** The same answer without any member that tells of its pages. */
function withoutPaging(body: Readonly<Record<string, unknown>>): object {
  const { TotalCount, PageNumber, PageSize, NextToken, ...rest } = body;
  const { Invocation } = rest;
  return Invocation === undefined ? rest : { ...rest, Invocation: withoutPaging(Invocation as typeof body) };
}

it.each([10, 20, 49, 50])("pages cut to %i in answers that tell nothing of their pages are read on", async (clamp) => {
  const executions = Array.from({ length: 70 }, (_, index) => ({ instanceId: `i-${100 + index}` }));
  const results = { invokeId: "t-r", at: Date.UTC(2026, 0, 1), executions };
  const places = { "ECS/cn-hangzhou": createPlace([...manyRuns(69, "t-o"), results], { clamp }) };
  rig = await startRig(places);
  rig.far.mangle = withoutPaging;
  const pages = await walk(rig, { size: 100 });
  expect(pages.flatMap(({ ids }) => ids)).toEqual(ordered(places));
  const { data } = await rig.ask(`{ page: invocationResults(first: 100, filter: {
    provider: ECS, regionId: "cn-hangzhou", invokeId: "t-r", includeHistory: true }) {
    nodes { instanceId } totalCount sources { ok isComplete } } }`);
  expect(data.page).toEqual({
    nodes: executions,
    totalCount: 70,
    sources: [{ ok: true, isComplete: true }],
  });
});

it("a short list whose answers tell nothing of their pages costs one look behind it, and one below ten none", async () => {
  for (const [count, calls] of [
    [9, 1],
    [12, 2],
  ] as const) {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(count, "t-o")) });
    rig.far.mangle = withoutPaging;
    for (const page of [1, 2]) {
      const { data } = await rig.ask("{ invocations { totalCount } }");
      expect([page, data.invocations.totalCount]).toEqual([page, count]);
    }
    const lists = rig.far.calls.filter(({ asked }) => !asked.has("Timed"));
    expect(lists).toHaveLength(calls);
    await rig.stop();
  }
});
