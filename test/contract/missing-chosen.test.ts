import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { LIST, onServers, resultsOf, runOf } from "./missing-scene.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

type Body = Readonly<Record<string, unknown>>;

const FAILED = { status: "Failed", exitCode: 3, wire: { ErrorCode: "ExecutionTimeout" } };
/** A run on 120 servers that failed on the last one alone. */
const WIDE = {
  ...runOf(onServers(120).map((one, index) => (index === 119 ? { ...one, ...FAILED } : one))),
  status: "PartialFailed",
};

/** Starts a region whose list shows 50 instances of a run at most, with so many runs that are older. */
async function startCut(older: number): Promise<ReturnType<typeof createClockAhead>> {
  const runs = manyRuns(older, "t-old").map((run) => ({ ...run, at: run.at - 7_200_000 }));
  const clock = createClockAhead(systemClock);
  rig = await startRig({ "ECS/cn-hangzhou": createPlace([WIDE, ...runs]) }, { FRESHNESS_MS: "1" }, clock);
  rig.far.mangle = (body, { action }) => (action === "DescribeInvocations" ? cutInstances(body) : body);
  return clock;
}

function cutInstances(body: Body): Body {
  return JSON.parse(JSON.stringify(body), (key, value) => (key === "InvokeInstance" ? value.slice(0, 50) : value));
}

const NOON = Date.UTC(2026, 0, 2, 12);
const INCOMPLETE = [{ ok: true, isComplete: false, error: null }];
const COMPLETE = [{ ok: true, isComplete: true, error: null }];

/** Filters by what instances tell. */
const CHOOSING = [
  { instanceStatusIn: ["FAILED"] },
  { errorCodeIn: ["ExecutionTimeout"] },
  { exitCodeIn: [3] },
  { finishedAfter: "2020-01-01T00:00:00.000Z", exitCodeIn: [3] },
];

describe("runs that are chosen by their instances", () => {
  it.each([
    ["state", { instanceStatusIn: ["FAILED"] }, null],
    ["error code", { errorCodeIn: ["ExecutionTimeout"] }, null],
    ["exit code", { exitCodeIn: [3] }, null],
    // The upstream itself says how many runs of an instance there are.
    ["instance", { instanceId: "i-119" }, 1],
  ])("by %s are perhaps more, if instances cannot be shown", async (_by, filter, totalCount) => {
    await startCut(0);
    expect((await rig.ask(LIST, { filter })).data.invocations).toEqual({
      totalCount,
      nodes: [],
      sources: INCOMPLETE,
    });
    await rig.ask(resultsOf('invokeId: "t-1"'));
    expect((await rig.ask(LIST, { filter })).data.invocations).toMatchObject({
      totalCount: 1,
      nodes: [{ invokeId: "t-1" }],
      // The list of an instance that leaves out that very instance stays doubtful.
      sources: totalCount === null ? COMPLETE : INCOMPLETE,
    });
  });

  describe.each(["ECS", "SWAS"])("of %s", (product) => {
    it.each([
      ["none", "Failed", []],
      ["none", "PartialFailed", []],
      ["none", "Success", []],
      ["none", "Stopped", []],
      ["only such as ended well", "PartialFailed", [{ instanceId: "i-1" }, { instanceId: "i-2" }]],
    ])("are perhaps more, if a run shows %s and is %s", async (_shown, status, executions) => {
      rig = await startRig({
        [`${product}/cn-hangzhou`]: createPlace([{ invokeId: "t-1", at: NOON, status, executions }]),
      });
      const ask = async (filter: object) => (await rig.ask(LIST, { filter })).data.invocations;
      // Before anything is known, and from what is known.
      for (let times = 0; times < 2; times += 1) {
        for (const filter of CHOOSING)
          expect(await ask(filter)).toEqual({ totalCount: null, nodes: [], sources: INCOMPLETE });
        expect(await ask({})).toMatchObject({ totalCount: 1, sources: COMPLETE });
      }
      expect(rig.far.asked().filter((call) => call.includes("DescribeInvocationResult"))).toEqual([]);
    });
  });

  it("are no more, if a run that shows none goes on", async () => {
    const run = { invokeId: "t-1", at: NOON, status: "Running", executions: [] };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    const { data } = await rig.ask(LIST, { filter: { exitCodeIn: [3] } });
    expect(data.invocations).toEqual({ totalCount: 0, nodes: [], sources: COMPLETE });
  });

  it("are all there if the filter does not mean the run that lacks instances, or the page ends above it", async () => {
    await startCut(3);
    const older = { instanceStatusIn: ["FAILED"], createdBefore: new Date(WIDE.at - 1_000).toISOString() };
    expect((await rig.ask(LIST, { filter: older })).data.invocations).toEqual({
      totalCount: 0,
      nodes: [],
      sources: COMPLETE,
    });
    expect((await rig.ask(LIST, { filter: { commandName: "none", exitCodeIn: [3] } })).data.invocations).toEqual({
      totalCount: 0,
      nodes: [],
      sources: COMPLETE,
    });
  });
});

describe("runs whose list tells no more than the states of their instances", () => {
  it.each([
    ["exit code", { exitCodeIn: [3] }],
    ["error code", { errorCodeIn: ["ExecutionTimeout"] }],
    ["end", { finishedAfter: "2020-01-01T00:00:00.000Z" }],
  ])("are perhaps chosen by %s, until their results are read", async (_by, filter) => {
    const run = runOf([{ instanceId: "i-1" }, { instanceId: "i-2", ...FAILED }]);
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace([run]) }, { FRESHNESS_MS: "1" });
    rig.far.interfere = ({ action }) =>
      action === "DescribeCommandInvocations" ? refusal(403, "Forbidden.RAM") : null;
    const before = (await rig.ask(LIST, { filter })).data.invocations;
    expect([before.nodes, before.totalCount, before.sources[0].isComplete]).toEqual([[], null, false]);
    await rig.ask("{ invocations { nodes { instanceInvocations { nodes { exitCode } } } } }");
    const after = (await rig.ask(LIST, { filter })).data.invocations;
    expect([after.nodes.length, after.totalCount, after.sources[0].isComplete]).toEqual([1, 1, true]);
    const byState = (await rig.ask(LIST, { filter: { instanceStatusIn: ["FAILED"] } })).data.invocations;
    expect([byState.nodes.length, byState.sources[0].isComplete]).toEqual([1, true]);
  });
});

describe("runs in an order of their times", () => {
  const ORDERED = `query ($orderBy: InvocationOrder) {
    invocations(orderBy: $orderBy, filter: { createdAfter: "2020-01-01T00:00:00Z" }) {
      totalCount nodes { invokeId instanceInvocations { nodes { exitCode } } } pageInfo { isScanComplete } sources { isComplete } } }`;
  const read = async (orderBy: string) => {
    const { totalCount, nodes, pageInfo, sources } = (await rig.ask(ORDERED, { orderBy })).data.invocations;
    return [totalCount, nodes.map(({ invokeId }: Body) => invokeId), pageInfo.isScanComplete, sources[0].isComplete];
  };
  const lasting = (invokeId: string, seconds: number, before: number) => {
    const at = NOON - before * 60_000;
    const end = new Date(at + seconds * 1_000).toISOString();
    const wire = { StartTime: new Date(at).toISOString(), FinishTime: end, FinishedTime: end };
    return { ...runOf([{ instanceId: "i-1", wire }]), invokeId, at };
  };

  it.each(["FINISH_TIME_DESC", "FINISH_TIME_ASC", "DURATION_DESC", "DURATION_ASC"])(
    "may stand elsewhere, as long as their list tells no times: %s",
    async (orderBy) => {
      const runs = [lasting("t-3", 20, 0), lasting("t-2", 10, 1), lasting("t-1", 30, 2)];
      rig = await startRig({ "SWAS/cn-hangzhou": createPlace(runs) }, { FRESHNESS_MS: "1" });
      rig.far.interfere = ({ action }) =>
        action === "DescribeCommandInvocations" ? refusal(403, "Forbidden.RAM") : null;
      const [totalCount, ids, ...isComplete] = await read(orderBy);
      expect([totalCount, [...ids].sort(), ...isComplete]).toEqual([3, ["t-1", "t-2", "t-3"], false, false]);
      const byDuration = orderBy === "DURATION_DESC" ? ["t-1", "t-3", "t-2"] : ["t-2", "t-3", "t-1"];
      const byEnd = orderBy === "FINISH_TIME_DESC" ? ["t-3", "t-2", "t-1"] : ["t-1", "t-2", "t-3"];
      // The times came with the exit codes of the rows.
      expect(await read(orderBy)).toEqual([3, orderBy.startsWith("DURATION") ? byDuration : byEnd, true, true]);
    },
  );

  it("may stand elsewhere if instances of one cannot be shown", async () => {
    await startCut(3);
    expect((await read("DURATION_DESC")).slice(2)).toEqual([false, false]);
  });
});

describe.each(["ECS", "SWAS"])("runs on %s of which one tells no command", (product) => {
  const named = (invokeId: string, wire = {}) => ({
    ...runOf([{ instanceId: "i-1" }], wire),
    invokeId,
    commandId: "c-1",
  });
  const start = async () => {
    const unnamed = { ...named("t-2", { CommandId: "" }), at: NOON - 1_000 };
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([named("t-1"), unnamed]) });
  };
  const read = async (filter: object) => {
    const { totalCount, nodes, sources } = (await rig.ask(LIST, { filter })).data.invocations;
    return { totalCount, ids: nodes.map(({ invokeId }: Body) => invokeId), sources };
  };

  it("are perhaps more by a command, if the list of all runs answers", async () => {
    await start();
    await rig.ask(LIST);
    expect(await read({ commandId: "c-1" })).toEqual({ totalCount: null, ids: ["t-1"], sources: INCOMPLETE });
    expect(await read({ commandId: "c-2" })).toEqual({ totalCount: null, ids: [], sources: INCOMPLETE });
    const after = new Date(NOON - 500).toISOString();
    expect(await read({ commandId: "c-1", createdAfter: after })).toMatchObject({ ids: ["t-1"], sources: COMPLETE });
  });

  it("are perhaps more results by a command that no list tells", async () => {
    await start();
    const refused = product === "ECS" ? "none" : "DescribeCommandInvocations";
    rig.far.interfere = ({ action }) => (action === refused ? refusal(403, "Forbidden.RAM") : null);
    const query = resultsOf('commandId: "c-1"').replace("ECS", product);
    const { totalCount, sources } = (await rig.ask(query)).data.invocationResults;
    const isTold = product === "ECS";
    expect({ totalCount, sources }).toEqual({
      totalCount: isTold ? 2 : null,
      sources: [{ ok: true, isComplete: isTold }],
    });
  });

  it("are all that there are if the upstream chose by the command", async () => {
    await start();
    expect(await read({ commandId: "c-1" })).toEqual({ totalCount: 2, ids: ["t-1", "t-2"], sources: COMPLETE });
  });
});

describe("questions over runs of which one lacks instances", () => {
  const SINCE = { createdAfter: new Date(WIDE.at - 86_400_000).toISOString() };
  const ROWS = `query ($filter: InvocationFilter, $by: StatisticsGroup!) {
    rows: statistics(filter: $filter, by: $by) { key count isComplete } }`;

  it("count on behind it", async () => {
    await startCut(600);
    const { data } = await rig.ask(ROWS, { filter: SINCE, by: "NONE" });
    expect(data.rows).toEqual([{ key: null, count: 601, isComplete: true }]);
    const ORDERED = `query ($filter: InvocationFilter) {
      invocations(first: 1, filter: $filter, orderBy: FINISH_TIME_DESC) { totalCount sources { isComplete } } }`;
    expect((await rig.ask(ORDERED, { filter: SINCE })).data.invocations).toEqual({
      totalCount: 601,
      sources: [{ isComplete: false }],
    });
  });

  it.each([[{}], [SINCE]])("say by server that they may lack some, of %j", async (filter) => {
    await startCut(2);
    await rig.ask(LIST);
    const { data } = await rig.ask(ROWS, { filter, by: "INSTANCE" });
    expect(data.rows).toHaveLength(51);
    expect(new Set(data.rows.map(({ isComplete }: Body) => isComplete))).toEqual(new Set([false]));
  });

  it.each(["Success", "Stopped", "PartialFailed"])("say so of one that is %s and shows none", async (status) => {
    const run = { invokeId: "t-1", at: WIDE.at, status, executions: [] };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    for (const filter of [SINCE, {}, SINCE]) {
      const { data } = await rig.ask(ROWS, { filter, by: "INSTANCE" });
      expect(data.rows).toEqual([{ key: null, count: 0, isComplete: false }]);
    }
    const { data } = await rig.ask(ROWS, { filter: SINCE, by: "STATUS" });
    expect(data.rows).toMatchObject([{ count: 1, isComplete: true }]);
  });

  it("say of what was printed that they may lack some", async () => {
    await startCut(2);
    await rig.ask(LIST);
    const SEARCH = `query ($filter: InvocationFilter) {
      found: searchOutputs(text: "none", filter: $filter) { nodes { line } sources { isComplete } } }`;
    expect((await rig.ask(SEARCH)).data.found).toEqual({ nodes: [], sources: [{ isComplete: false }] });
    const filter = { createdBefore: new Date(WIDE.at - 1_000).toISOString() };
    expect((await rig.ask(SEARCH, { filter })).data.found).toEqual({ nodes: [], sources: [{ isComplete: true }] });
  });
});

describe("a run on more servers than its record shows", () => {
  const RUN = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { id statusCounts { status count }
    failed: instanceInvocations(statusIn: [FAILED]) { totalCount nodes { instanceId } } } }`;
  const WHOLE = {
    statusCounts: [
      { status: "SUCCESS", count: 119 },
      { status: "FAILED", count: 1 },
    ],
    failed: { totalCount: 1, nodes: [{ instanceId: "i-119" }] },
  };

  it("that is read alone shows all of them, for a call a page of its results, once", async () => {
    await startCut(0);
    await rig.ask(LIST);
    rig.far.calls.length = 0;
    const { data, errors } = await rig.ask(RUN);
    expect(errors).toBeUndefined();
    expect(data.invocation).toMatchObject(WHOLE);
    expect(rig.far.asked()).toEqual(Array(3).fill("DescribeInvocationResults cn-hangzhou"));
    const again = await rig.ask(
      `{ node(id: "${data.invocation.id}") { ... on Invocation { statusCounts { count } } } }`,
    );
    expect(again.data.node).toEqual({ statusCounts: [{ count: 119 }, { count: 1 }] });
    expect(rig.far.asked()).toHaveLength(3);
  });

  it("whose results cannot be read shows what is known, and asks for them again after ten minutes", async () => {
    const clock = await startCut(0);
    rig.far.interfere = ({ action }) => (action === "DescribeInvocationResults" ? refusal(403, "Forbidden.RAM") : null);
    for (const calls of [2, 0]) {
      rig.far.calls.length = 0;
      const { data, errors } = await rig.ask(RUN);
      expect(errors).toBeUndefined();
      expect(data.invocation).toMatchObject({
        statusCounts: [
          { status: "SUCCESS", count: 50 },
          { status: "UNKNOWN", count: 1 },
        ],
        failed: { totalCount: null, nodes: [] },
      });
      expect(rig.far.calls).toHaveLength(calls);
    }
    rig.far.interfere = () => null;
    clock.pass(600_000);
    expect((await rig.ask(RUN)).data.invocation).toMatchObject(WHOLE);
  });

  it("whose results are throttled is completed once they are not, and shared by all who ask meanwhile", async () => {
    await startCut(0);
    await rig.ask(LIST);
    let isThrottled = true;
    rig.far.interfere = ({ action }) =>
      isThrottled && action === "DescribeInvocationResults" ? refusal(503, "ServiceUnavailable") : null;
    expect((await rig.ask(RUN)).data.invocation.failed.totalCount).toBeNull();
    isThrottled = false;
    rig.far.calls.length = 0;
    const both = await Promise.all([rig.ask(RUN), rig.ask(RUN.replace("{ id", "{ invokeId id"))]);
    expect(both.map(({ data }) => data.invocation.failed.totalCount)).toEqual([1, 1]);
    expect(rig.far.calls.filter(({ action }) => action === "DescribeInvocationResults")).toHaveLength(3);
  });

  it("is completed for five runs of an operation at most", async () => {
    const runs = Array.from({ length: 8 }, (_, index) => ({ ...WIDE, invokeId: `t-${index}` }));
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(runs) }, { FRESHNESS_MS: "1" });
    rig.far.mangle = (body, { action }) => (action === "DescribeInvocations" ? cutInstances(body) : body);
    const { data } = await rig.ask("{ invocations { nodes { id } } }");
    rig.far.calls.length = 0;
    const ids = data.invocations.nodes.map(({ id }: { readonly id: string }) => id);
    await rig.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Invocation { statusCounts { count } } } }", {
      ids,
    });
    expect(rig.far.calls).toHaveLength(15);
  });

  const GROUPS = "outputGroups { status exitCode count isKnown instanceIds output { text } }";

  it("has them in its groups of outputs", async () => {
    await startCut(0);
    const { data } = await rig.ask(RUN.replace("id statusCounts", `${GROUPS} statusCounts`));
    expect(data.invocation.outputGroups.map(({ status, count, isKnown }: Body) => [status, count, isKnown])).toEqual([
      ["SUCCESS", 119, true],
      ["FAILED", 1, true],
    ]);
  });

  it("has in a list one more group for those that are not shown", async () => {
    await startCut(0);
    const { data } = await rig.ask(`{ invocations { nodes { ${GROUPS} } } }`);
    const [shown, ...others] = data.invocations.nodes[0].outputGroups;
    expect(shown).toMatchObject({ status: "SUCCESS", count: 50, isKnown: true });
    expect(others).toEqual([
      { status: "UNKNOWN", exitCode: null, count: 1, isKnown: false, instanceIds: [], output: null },
    ]);
  });
});
