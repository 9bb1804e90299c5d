import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig, walkedIds } from "./rig.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

const SERVER = "b".repeat(32);
const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { invokeId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const COUNTED = `query ($filter: InvocationFilter) { invocations(first: 5, filter: $filter) { totalCount } }`;

const places = {
  "ECS/cn-hangzhou": createPlace(manyRuns(30, "t-h", { perSecond: 3 }), { ties: "shuffled" }),
  "ECS/cn-beijing": createPlace(manyRuns(12, "t-b", { perSecond: 2 })),
  "SWAS/cn-hangzhou": createPlace(manyRuns(15, "t-s", { perSecond: 2, instanceId: SERVER })),
};
const all = ordered(places);
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(places);
});
afterAll(() => rig.stop());

async function page(variables: object) {
  const { data, errors } = await rig.ask(LIST, { ...variables });
  const { nodes, pageInfo } = data?.invocations ?? {};
  return { ids: nodes?.map((node: { invokeId: string }) => node.invokeId), pageInfo, errors };
}

describe("arguments of a list", () => {
  it("give 20 rows unless told otherwise", async () => {
    expect((await page({})).ids).toEqual(all.slice(0, 20));
  });

  it.each([
    [{ first: -1 }, "first"],
    [{ first: 101 }, "first"],
    [{ last: -1 }, "last"],
    [{ last: 101 }, "last"],
    [{ first: 5, last: 5 }, "last"],
  ])("%j is refused without an upstream call, by name", async (variables, name) => {
    const before = rig.far.calls.length;
    const { errors } = await page(variables);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["BAD_USER_INPUT"]);
    expect(errors?.[0]?.message).toContain(name);
    expect(rig.far.calls.length).toBe(before);
  });

  it("first: 0 is an empty page that knows whether more follows", async () => {
    const { ids, pageInfo, errors } = await page({ first: 0 });
    expect({ ids, errors, more: pageInfo.hasNextPage }).toEqual({ ids: [], errors: undefined, more: true });
    const none = await page({ first: 0, filter: { commandName: "unheard of" } });
    expect([none.ids, none.pageInfo.hasNextPage]).toEqual([[], false]);
    const empty = await page({ first: 0, filter: { statusIn: [] } });
    expect([empty.ids, empty.pageInfo.hasNextPage]).toEqual([[], false]);
  });

  it("last: 0 is an empty page that knows whether more lies in front", async () => {
    const { ids, pageInfo, errors } = await page({ last: 0 });
    expect({ ids, errors, more: pageInfo.hasPreviousPage }).toEqual({ ids: [], errors: undefined, more: true });
  });

  it("tell of the other side by whether a cursor was given", async () => {
    const first = await page({ first: 5 });
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await page({ first: 5, after: first.pageInfo.endCursor });
    expect(second.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    const back = await page({ last: 5, before: second.pageInfo.startCursor });
    expect(back).toMatchObject({ ids: first.ids, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const end = await page({ last: 5 });
    expect(end).toMatchObject({ ids: all.slice(-5), pageInfo: { hasNextPage: false, hasPreviousPage: true } });
  });

  it("let a walk turn round anywhere", async () => {
    for (const at of [3, 10, 23]) {
      const forth = await page({ first: at });
      const next = await page({ first: 7, after: forth.pageInfo.endCursor });
      expect(next.ids).toEqual(all.slice(at, at + 7));
      const back = await page({ last: 7, before: next.pageInfo.endCursor });
      expect(back.ids).toEqual(all.slice(at - 1, at + 6));
    }
    const last = await page({ last: 10 });
    expect((await page({ last: 8, before: last.pageInfo.startCursor })).ids).toEqual(all.slice(-18, -10));
    expect((await page({ first: 8, after: last.pageInfo.startCursor })).ids).toEqual(all.slice(-9, -1));
    expect((await page({ first: 8, after: last.pageInfo.endCursor })).ids).toEqual([]);
  });
});

describe("cursors", () => {
  it("of every edge lead on from that edge, both ways", async () => {
    const { data } = await rig.ask("{ invocations(first: 40) { edges { cursor node { invokeId } } } }");
    const edges: { cursor: string; node: { invokeId: string } }[] = data.invocations.edges;
    expect(edges.map(({ node }) => node.invokeId)).toEqual(all.slice(0, 40));
    for (const index of [0, 1, 2, 7, 19, 38, 39]) {
      const cursor = edges[index]?.cursor;
      expect((await page({ first: 4, after: cursor })).ids).toEqual(all.slice(index + 1, index + 5));
      expect((await page({ last: 4, before: cursor })).ids).toEqual(all.slice(Math.max(0, index - 4), index));
    }
  });

  it("work in another process with the same keys", async () => {
    const { pageInfo } = await page({ first: 11 });
    const twin = await rig.twin();
    const { data } = await twin.ask(LIST, { first: 5, after: pageInfo.endCursor });
    expect(data.invocations.nodes.map((node: { invokeId: string }) => node.invokeId)).toEqual(all.slice(11, 16));
  });

  it("are refused without an upstream call where they are foreign, damaged or empty", async () => {
    const { pageInfo } = await page({ first: 5 });
    const cursor: string = pageInfo.endCursor;
    const flipped = (index: number) =>
      `${cursor.slice(0, index)}${cursor[index] === "A" ? "B" : "A"}${cursor.slice(index + 1)}`;
    const damaged = [
      "",
      " ",
      "0",
      "null",
      `${cursor}A`,
      cursor.slice(1),
      cursor.slice(0, -2),
      cursor.toUpperCase(),
      "e30=",
      "\u0000",
      "a".repeat(5_000),
    ];
    const positions = Array.from({ length: Math.min(60, cursor.length) }, (_, index) =>
      Math.floor((index * cursor.length) / 60),
    );
    const tries = [
      ...damaged.map((after) => ({ first: 5, after })),
      ...positions.map((index) => ({ first: 5, after: flipped(index) })),
      { last: 5, before: "" },
      { last: 5, before: flipped(3) },
      { first: 5, after: cursor, filter: { providerIn: ["ECS"] } },
      { first: 5, after: cursor, filter: { statusIn: ["SUCCESS"] } },
      { first: 0, after: "" },
    ];
    const before = rig.far.calls.length;
    for (const variables of tries) {
      const { errors, ids } = await page(variables);
      expect({ variables, ids, codes: errors?.map(({ extensions }) => extensions?.code) }).toEqual({
        variables,
        ids: undefined,
        codes: ["INVALID_CURSOR"],
      });
    }
    expect(rig.far.calls.length).toBe(before);
  });

  it("do not fit another list", async () => {
    const { pageInfo } = await page({ first: 5, filter: { instanceId: "i-1" } });
    const { errors } = await rig.ask(
      `query ($after: String) { instance(provider: ECS, regionId: "cn-hangzhou", instanceId: "i-1") { invocations(first: 2, after: $after) { nodes { id } } } }`,
      { after: pageInfo.endCursor },
    );
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(["INVALID_CURSOR"]);
  });
});

describe("totalCount", () => {
  it.each([
    [undefined, 57],
    [{ providerIn: ["ECS"] }, 42],
    [{ regionIdIn: ["cn-hangzhou"] }, 45],
    [{ providerIn: [] }, 0],
    [{ createdAfter: "2026-01-01T00:00:00Z" }, null],
  ])("of %j is %p", async (filter, count) => {
    const { data, errors } = await rig.ask(COUNTED, { filter });
    expect({ count: data?.invocations.totalCount, errors }).toEqual({ count, errors: undefined });
  });
});

describe("filters", () => {
  const words = [
    ["Success", "SUCCESS"],
    ["Failed", "FAILED"],
    ["PartialFailed", "PARTIAL_FAILED"],
    ["Running", "RUNNING"],
    ["Stopped", "STOPPED"],
    ["Pending", "PENDING"],
  ] as const;
  const runs: Run[] = Array.from({ length: 120 }, (_, index) => ({
    invokeId: `t-f${String(index).padStart(3, "0")}`,
    at: Date.UTC(2026, 0, 2, 12) - Math.floor(index / 4) * 60_000,
    commandId: `c-${index % 5}`,
    commandName: ["nightly", "Nightly", "backup"][index % 3] ?? "",
    commandType: ["RunShellScript", "RunBatScript", "RunPowerShellScript"][index % 3] ?? "",
    status: words[index % words.length]?.[0] ?? "",
    timed: index % 7 === 0,
    executions: [
      { instanceId: index % 2 === 0 ? "i-even" : "i-odd" },
      ...(index % 4 === 0 ? [{ instanceId: "i-odd" }] : []),
    ],
  }));
  const swasRuns = runs.map((run) => ({ ...run, invokeId: run.invokeId.replace("f", "s") }));
  const world = {
    "ECS/cn-hangzhou": createPlace(runs, { ties: "shuffled" }),
    "SWAS/cn-hangzhou": createPlace(swasRuns, { ties: "shuffled" }),
  };
  const inOrder = ordered(world);
  const byId = new Map([...runs, ...swasRuns].map((run) => [run.invokeId, run]));
  const isEcs = (run: Run) => run.invokeId.startsWith("t-f");
  const at = (index: number) => new Date(Date.UTC(2026, 0, 2, 12) - index * 60_000).toISOString();
  const statusOf = (run: Run) => words.find(([word]) => word === run.status)?.[1];
  let gate: Rig;
  beforeAll(async () => {
    gate = await startRig(world);
  });
  afterAll(() => gate.stop());

  const on = (id: string) => (run: Run) => run.executions.some((one) => one.instanceId === id);
  const table: readonly [object, (run: Run) => boolean][] = [
    [{ providerIn: ["SWAS"] }, (run) => !isEcs(run)],
    [{ providerIn: ["SWAS", "ECS"] }, () => true],
    [{ providerIn: [] }, () => false],
    [{ regionIdIn: ["cn-hangzhou", "nowhere"] }, () => true],
    [{ regionIdIn: ["nowhere"] }, () => false],
    [{ accountIn: ["default"] }, () => true],
    [{ accountIn: ["other"] }, () => false],
    [{ accountIn: [] }, () => false],
    [{ statusIn: [] }, () => false],
    [{ statusIn: ["SUCCESS"] }, (run) => statusOf(run) === "SUCCESS"],
    [{ statusIn: ["PARTIAL_FAILED"] }, (run) => statusOf(run) === "PARTIAL_FAILED"],
    [{ statusIn: ["FAILED", "STOPPED"] }, (run) => ["FAILED", "STOPPED"].includes(statusOf(run) ?? "")],
    [{ statusIn: ["UNKNOWN"] }, () => false],
    [{ statusIn: ["FINISHED"] }, () => false],
    [{ statusIn: ["SCHEDULED"] }, () => false],
    [{ invokeId: "t-f007" }, (run) => run.invokeId === "t-f007"],
    [{ invokeId: "t-unknown" }, () => false],
    [{ commandId: "c-3" }, (run) => run.commandId === "c-3"],
    [{ commandName: "nightly" }, (run) => run.commandName === "nightly"],
    [{ commandType: "RUN_BAT_SCRIPT" }, (run) => run.commandType === "RunBatScript"],
    [{ commandType: "UNKNOWN" }, () => false],
    [{ instanceId: "i-even" }, on("i-even")],
    [{ instanceId: "i-none" }, () => false],
    [{ timed: true }, (run) => isEcs(run) && run.timed === true],
    [{ timed: false }, (run) => !isEcs(run) || run.timed === false],
    [{ createdAfter: at(10) }, (run) => run.at >= Date.parse(at(10))],
    [{ createdBefore: at(10) }, (run) => run.at < Date.parse(at(10))],
    [
      { createdAfter: at(20), createdBefore: at(10) },
      (run) => run.at >= Date.parse(at(20)) && run.at < Date.parse(at(10)),
    ],
    [{ createdAfter: at(10), createdBefore: at(10) }, () => false],
    [{ instanceId: "i-odd", commandName: "backup" }, (run) => on("i-odd")(run) && run.commandName === "backup"],
    [
      { instanceId: "i-odd", statusIn: ["PARTIAL_FAILED"] },
      (run) => on("i-odd")(run) && statusOf(run) === "PARTIAL_FAILED",
    ],
    [
      { statusIn: ["SUCCESS", "RUNNING"], commandId: "c-1", createdAfter: at(25), providerIn: ["ECS"] },
      (run) =>
        isEcs(run) &&
        run.commandId === "c-1" &&
        ["SUCCESS", "RUNNING"].includes(statusOf(run) ?? "") &&
        run.at >= Date.parse(at(25)),
    ],
  ];

  it.each(table)("%j", async (filter, isMeant) => {
    const expected = inOrder.filter((id) => isMeant(byId.get(id) as Run));
    expect(await walkedIds(gate, { size: 20, filter })).toEqual(expected);
    expect(await walkedIds(gate, { size: 7, filter, backwards: true })).toEqual(expected);
  });

  it("an empty list costs no upstream call", async () => {
    const before = gate.far.calls.length;
    await walkedIds(gate, { size: 20, filter: { statusIn: [] } });
    await walkedIds(gate, { size: 20, filter: { accountIn: ["other"] } });
    expect(gate.far.calls.length).toBe(before);
  });

  it("null says the same as nothing", async () => {
    const filter = { providerIn: null, statusIn: null, invokeId: null, timed: null, createdAfter: null };
    expect(await walkedIds(gate, { size: 50, filter })).toEqual(inOrder);
  });
});
