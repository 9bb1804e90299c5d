import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ordered, type Rig, startRig, walkedIds } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const minute = (count: number) => NOON - count * 60_000;
const wire = (start: number, seconds: number) => ({
  StartTime: new Date(start).toISOString(),
  FinishTime: new Date(start + seconds * 1_000).toISOString(),
  FinishedTime: new Date(start + seconds * 1_000).toISOString(),
});
/** Every third run fails on its second server, and takes longer the older it is. */
const runs: Run[] = Array.from({ length: 60 }, (_, index) => ({
  invokeId: `t-q${String(index).padStart(3, "0")}`,
  at: minute(index),
  commandName: ["Nightly backup", "restart web", "rotate logs"][index % 3] ?? "",
  status: index % 3 === 1 ? "PartialFailed" : "Success",
  repeatMode: index % 5 === 0 ? "Period" : "Once",
  executions: [
    { instanceId: index % 2 === 0 ? "i-web-1" : "i-db-1", wire: wire(minute(index), index + 1) },
    index % 3 === 1
      ? {
          instanceId: "i-bad-1",
          status: "Failed",
          exitCode: 7,
          wire: { ...wire(minute(index), index + 1), ErrorCode: "ScriptFailed" },
        }
      : { instanceId: "i-good-1", wire: wire(minute(index), 1) },
  ],
}));
const world = { "ECS/cn-hangzhou": createPlace(runs) };
const inOrder = ordered(world);
const byId = new Map(runs.map((run, index) => [run.invokeId, { run, index }]));
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(world);
});
afterAll(() => rig.stop());

const table: readonly [object, (index: number, run: Run) => boolean][] = [
  [{ instanceStatusIn: ["FAILED"] }, (index) => index % 3 === 1],
  [{ instanceStatusIn: ["FAILED", "RUNNING"] }, (index) => index % 3 === 1],
  [{ instanceStatusIn: [] }, () => false],
  [{ commandNameContains: "BACKUP" }, (index) => index % 3 === 0],
  [{ commandNameContains: "nothing" }, () => false],
  [{ errorCodeIn: ["ScriptFailed"] }, (index) => index % 3 === 1],
  [{ errorCodeIn: ["Other"] }, () => false],
  [{ exitCodeIn: [7, 9] }, (index) => index % 3 === 1],
  [{ exitCodeIn: [9] }, () => false],
  [{ instanceNameContains: "OF I-WEB" }, (index) => index % 2 === 0],
  [{ instanceNameContains: "no such server" }, () => false],
  [{ repeatModeIn: ["Period"] }, (index) => index % 5 === 0],
  [{ finishedAfter: new Date(minute(10)).toISOString() }, (index) => minute(index) + (index + 1) * 1_000 >= minute(10)],
  [{ finishedBefore: new Date(minute(10)).toISOString() }, (index) => minute(index) + (index + 1) * 1_000 < minute(10)],
  [{ instanceStatusIn: ["FAILED"], instanceNameContains: "web" }, (index) => index % 3 === 1 && index % 2 === 0],
];

describe("filters that no upstream has", () => {
  it.each(table)("%j", async (filter, isMeant) => {
    const expected = inOrder.filter((id) => {
      const { run, index } = byId.get(id) as { run: Run; index: number };
      return isMeant(index, run);
    });
    expect(await walkedIds(rig, { size: 7, filter })).toEqual(expected);
    expect(await walkedIds(rig, { size: 20, filter, backwards: true })).toEqual(expected);
  });

  it("read names of servers once for everybody", async () => {
    const filter = { instanceNameContains: "db" };
    await walkedIds(rig, { size: 50, filter });
    rig.far.calls.length = 0;
    await walkedIds(rig, { size: 5, filter: { instanceNameContains: "web" } });
    expect(rig.far.asked().filter((call) => call.startsWith("DescribeInstances"))).toEqual([]);
  });

  it("count what they mean once all is known", async () => {
    const answer = await rig.ask(`{ invocations(first: 1, filter: { exitCodeIn: [7] }) { totalCount } }`);
    expect(answer).toMatchObject({ data: { invocations: { totalCount: 20 } } });
  });
});

const ORDERED = `query ($orderBy: InvocationOrder, $first: Int, $after: String, $last: Int, $before: String) {
  page: invocations(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before,
    filter: { createdAfter: "2026-01-02T11:30:00Z" }) {
    nodes { invokeId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } sources { isComplete } } }`;

describe("orders", () => {
  const inSpan = runs.slice(0, 31);
  const ids = (list: readonly Run[]) => list.map(({ invokeId }) => invokeId);

  async function walkBy(orderBy: string): Promise<readonly string[]> {
    const found: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { data } = await rig.ask(ORDERED, { orderBy, first: 7, after });
      found.push(...data.page.nodes.map((node: Run) => node.invokeId));
      if (!data.page.pageInfo.hasNextPage) return found;
      after = data.page.pageInfo.endCursor;
    }
  }

  it("show every run of the span once", async () => {
    const byDuration = ids(inSpan).reverse();
    expect(await walkBy("DURATION_DESC")).toEqual(byDuration);
    expect(await walkBy("DURATION_ASC")).toEqual([...byDuration].reverse());
    expect(await walkBy("FINISH_TIME_DESC")).toEqual(ids(inSpan));
    expect(await walkBy("FINISH_TIME_ASC")).toEqual(byDuration);
    expect(await walkBy("CREATION_TIME_DESC")).toEqual(ids(inSpan));
  });

  it("go backwards too", async () => {
    const { data } = await rig.ask(ORDERED, { orderBy: "DURATION_DESC", last: 2 });
    expect(data.page).toMatchObject({
      nodes: [{ invokeId: "t-q001" }, { invokeId: "t-q000" }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
      sources: [{ isComplete: true }],
    });
    const before = data.page.pageInfo.startCursor;
    const more = await rig.ask(ORDERED, { orderBy: "DURATION_DESC", last: 1, before });
    expect(more.data.page.nodes).toEqual([{ invokeId: "t-q002" }]);
  });

  it.each([
    ["that has answered before", true],
    ["that never answered", false],
  ])("tell of each source alone whether it is whole, beside one %s", async (_what, isKnown) => {
    const places = { "ECS/cn-hangzhou": createPlace(runs.slice(0, 7)), "ECS/cn-beijing": createPlace([]) };
    const own = await startRig(places, { FRESHNESS_MS: "1" });
    const query = `{ page: invocations(orderBy: DURATION_DESC, filter: { createdAfter: "2026-01-02T11:30:00Z" }) {
      nodes { invokeId } sources { regionId ok isComplete } } }`;
    try {
      if (isKnown) await own.ask(query);
      own.far.interfere = ({ regionId }) => (regionId === "cn-beijing" ? refusal(403, "Forbidden.RAM") : null);
      const { data } = await own.ask(query);
      expect([data.page.nodes.length, data.page.sources]).toEqual([
        7,
        [
          { regionId: "cn-hangzhou", ok: true, isComplete: true },
          { regionId: "cn-beijing", ok: false, isComplete: isKnown },
        ],
      ]);
    } finally {
      await own.stop();
    }
  });

  it("need a beginning, and take no other order's cursors", async () => {
    const without = await rig.ask(`{ invocations(orderBy: DURATION_DESC) { nodes { id } } }`);
    expect(without.errors?.[0]).toMatchObject({
      message: expect.stringContaining("filter.createdAfter"),
      extensions: { code: "BAD_USER_INPUT" },
    });
    const { data } = await rig.ask(ORDERED, { orderBy: "DURATION_DESC", first: 1 });
    const after = data.page.pageInfo.endCursor;
    const other = await rig.ask(ORDERED, { orderBy: "FINISH_TIME_DESC", first: 1, after });
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: "INVALID_CURSOR" });
  });

  it("put the failures of a run first", async () => {
    const query = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-q002") { invokeId }
      run: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-q001") {
        one: instanceInvocations(first: 1, orderBy: FAILURES_FIRST) { nodes { instanceId } pageInfo { endCursor } } } }`;
    const { data } = await rig.ask(query);
    expect(data.run.one.nodes).toEqual([{ instanceId: "i-bad-1" }]);
    const next = `query ($after: String) { run: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-q001") {
        two: instanceInvocations(first: 1, orderBy: FAILURES_FIRST, after: $after) { nodes { instanceId status } } } }`;
    const more = await rig.ask(next, { after: data.run.one.pageInfo.endCursor });
    expect(more.data.run.two.nodes).toEqual([{ instanceId: "i-db-1", status: "SUCCESS" }]);
  });
});
