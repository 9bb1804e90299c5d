import { afterEach, describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../support/clock.ts";
import { createFastClock } from "./fast-clock.ts";
import { type Rig, startRig } from "./rig.ts";
import { type FarCall, type FarFault, refusal } from "./upstream.ts";
import { createPlace, type Execution, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const SERVER = "d".repeat(32);
const OLD = { FRESHNESS_MS: "1" };

const run = (overrides: Partial<Run> = {}): Run => ({
  invokeId: "t-1",
  at: Date.UTC(2026, 0, 2),
  executions: [{ instanceId: SERVER }],
  ...overrides,
});
const GOING_ON = run({ status: "Running", executions: [{ instanceId: SERVER, status: "Running" }] });
const execution = (hour: number, exitCode: number, output: string): Execution => ({
  instanceId: SERVER,
  status: exitCode === 0 ? "Success" : "Failed",
  exitCode,
  output,
  wire: {
    StartTime: `2026-01-02T0${hour}:00:00Z`,
    FinishTime: `2026-01-02T0${hour}:00:09Z`,
    FinishedTime: `2026-01-02T0${hour}:00:09Z`,
    Repeats: hour,
  },
});
const numbered = (repeats: number): Execution => {
  const time = new Date(Date.UTC(2026, 0, 2) + repeats * 60_000).toISOString();
  return {
    ...execution(1, 0, "ok"),
    wire: { StartTime: time, FinishTime: time, FinishedTime: time, Repeats: repeats },
  };
};
const repeated = (overrides: Partial<Run> = {}): Run =>
  run({
    repeatMode: "Period",
    timed: true,
    status: "Running",
    executions: [execution(3, 0, "three"), execution(2, 1, "two"), execution(1, 0, "one")],
    ...overrides,
  });

const ROWS = "totalCount nodes { status exitCode output { text } } sources { ok isComplete error { code } }";
const FIELD = (
  product: string,
  rows = ROWS,
) => `{ invocation(provider: ${product}, regionId: "cn-hangzhou", invokeId: "t-1") {
  instanceInvocations { nodes { history { ${rows} } } } } }`;
const PAGE = (product: string, more = "") =>
  `{ invocationResults(filter: { provider: ${product}, regionId: "cn-hangzhou", invokeId: "t-1", includeHistory: true ${more} }) { ${ROWS} } }`;
const LIST = "{ invocations { nodes { invokeId } } }";

/** What an answer shows, and the calls that it cost. */
async function ask(query: string) {
  rig.far.calls.length = 0;
  const { data, errors } = await rig.ask(query);
  const rows = data.invocationResults ?? data.invocation?.instanceInvocations.nodes[0].history;
  return { errors, rows, calls: rig.far.calls.map(({ action }) => action) };
}

const WELL = [{ ok: true, isComplete: true, error: null }];
const shown = (...nodes: readonly [string, number, string][]) => ({
  totalCount: nodes.length,
  nodes: nodes.map(([status, exitCode, text]) => ({ status, exitCode, output: { text } })),
  sources: WELL,
});
const ONCE = shown(["SUCCESS", 0, "ok\n"]);
const THREE = shown(["SUCCESS", 0, "three"], ["FAILED", 1, "two"], ["SUCCESS", 0, "one"]);

describe("the history of a run that is not repeated", () => {
  it("is asked for without history if the upstream refuses one, and is not asked for again", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run({ status: "Running" })]) }, OLD);
    rig.far.interfere = ({ asked }) =>
      asked.has("IncludeHistory") ? refusal(400, "InvalidParam.IncludeHistory") : null;
    for (const asked of [["true", null], [null]]) {
      expect(await ask(FIELD("ECS"))).toMatchObject({ errors: undefined, rows: ONCE });
      const results = rig.far.calls.filter(({ action }) => action === "DescribeInvocationResults");
      expect(results.map((call) => call.asked.get("IncludeHistory"))).toEqual(asked);
    }
  });

  it.each([
    ["ECS", ["DescribeInvocationResults"]],
    ["SWAS", []],
  ])("costs what its results cost once it is over, and nothing a second time: %s", async (product, calls) => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run()]) }, OLD);
    await rig.ask(LIST);
    expect(await ask(FIELD(product, "nodes { status exitCode }"))).toEqual({
      errors: undefined,
      rows: { nodes: [{ status: "SUCCESS", exitCode: 0 }] },
      calls: [],
    });
    expect(await ask(FIELD(product))).toEqual({ errors: undefined, rows: ONCE, calls });
    expect(rig.far.calls.map((call) => call.asked.has("IncludeHistory"))).toEqual(calls.map(() => false));
    for (const query of [FIELD(product), PAGE(product), PAGE(product, `instanceId: "${SERVER}"`)])
      expect(await ask(query)).toEqual({ errors: undefined, rows: ONCE, calls: [] });
  });

  it.each(["ECS", "SWAS"])("costs one call for all instances of the run: %s", async (product) => {
    const executions = Array.from({ length: 20 }, (_, index) => ({ instanceId: `i-${index}` }));
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([run({ executions })]) }, OLD);
    await rig.ask(LIST);
    expect((await ask(FIELD(product))).calls).toHaveLength(product === "ECS" ? 1 : 0);
  });

  it("costs nothing beside the results of a run of SWAS, also while that goes on", async () => {
    const clock = createFakeClock(Date.UTC(2026, 0, 2, 1));
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace([GOING_ON]) }, {}, clock);
    await rig.ask(LIST);
    const results = FIELD("SWAS").replace("history", "result { output { text } } history");
    const alone = FIELD("SWAS").replace(/history .*/, "result { output { text } } } } } }");
    for (let times = 0; times < 3; times += 1) {
      rig.far.calls.length = 0;
      await clock.advance(10_000);
      await rig.ask(alone);
      const calls = rig.far.calls.map(({ action }) => action);
      const rows = { ...ONCE, nodes: [{ ...ONCE.nodes[0], status: "RUNNING", exitCode: null }] };
      await clock.advance(10_000);
      expect(await ask(results)).toEqual({ errors: undefined, rows, calls });
    }
  });
});

describe("the history of a run that is repeated", () => {
  it("costs one call within the freshness, and none once the run is over", async () => {
    const place = createPlace([repeated()]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "600000" });
    await rig.ask(LIST);
    expect(await ask(PAGE("ECS"))).toEqual({ errors: undefined, rows: THREE, calls: ["DescribeInvocationResults"] });
    for (const query of [FIELD("ECS"), PAGE("ECS", `instanceId: "${SERVER}"`)])
      expect(await ask(query)).toEqual({ errors: undefined, rows: THREE, calls: [] });
    await rig.stop();
    place.runs[0] = repeated({ status: "Stopped", timed: false });
    rig = await startRig({ "ECS/cn-hangzhou": place }, OLD);
    await rig.ask(LIST);
    expect(await ask(FIELD("ECS"))).toEqual({ errors: undefined, rows: THREE, calls: ["DescribeInvocationResults"] });
    expect(await ask(FIELD("ECS"))).toEqual({ errors: undefined, rows: THREE, calls: [] });
  });

  it("is read anew while the run goes on, and shows what came since", async () => {
    const place = createPlace([repeated()]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, OLD);
    expect((await ask(FIELD("ECS"))).rows).toEqual(THREE);
    place.runs[0] = repeated({ executions: [execution(4, 0, "four"), ...repeated().executions] });
    expect((await ask(FIELD("ECS"))).rows.nodes).toEqual([...shown(["SUCCESS", 0, "four"]).nodes, ...THREE.nodes]);
  });
});

describe("the history of a run whose source fails", () => {
  it.each([
    ["ECS", run({ status: "Running" }), refusal(400, "Throttling.User"), "THROTTLED", ONCE],
    ["ECS", run(), refusal(500, "InternalError"), "UNAVAILABLE", ONCE],
    ["SWAS", run(), refusal(400, "Throttling.User"), "THROTTLED", ONCE],
    ["ECS", repeated(), refusal(400, "Throttling.User"), "THROTTLED", THREE],
    ["ECS", repeated(), refusal(403, "Forbidden.RAM"), "FORBIDDEN", THREE],
  ])("is shown as it was read last: %s", async (product, one, fault, code, rows) => {
    rig = await startRig({ [`${product}/cn-hangzhou`]: createPlace([one]) }, OLD, createFastClock());
    await rig.ask(LIST);
    const own = PAGE(product, `instanceId: "${SERVER}"`);
    for (const query of [FIELD(product), PAGE(product), own])
      expect(await ask(query)).toMatchObject({ errors: undefined, rows });
    rig.far.interfere = () => fault;
    for (const query of [FIELD(product), PAGE(product), own]) {
      const { errors, calls, rows: found } = await ask(query);
      expect({ errors, nodes: found.nodes }).toEqual({ errors: undefined, nodes: rows.nodes });
      // What is over for good asks nobody; what is repeated may have been carried out again since.
      const isComplete = one.status !== "Running";
      if (calls.length > 0) expect(found.sources).toEqual([{ ok: false, isComplete, error: { code } }]);
    }
  });

  it("is what was read of it, of one instance or of all", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([repeated()]) }, OLD);
    await ask(FIELD("ECS"));
    rig.far.interfere = () => refusal(403, "Forbidden.RAM");
    expect(await ask(PAGE("ECS"))).toMatchObject({ errors: undefined, rows: { nodes: THREE.nodes, totalCount: null } });
  });

  it("is the latest execution if no other was ever read, and an error if nothing was", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([repeated()]) }, OLD);
    rig.far.interfere = () => refusal(403, "Forbidden.RAM");
    expect((await ask(PAGE("ECS"))).errors?.map(({ extensions }) => extensions?.code)).toEqual(["UPSTREAM_FORBIDDEN"]);
    rig.far.interfere = () => null;
    await rig.ask("{ invocations { nodes { instanceInvocations { nodes { result { output { text } } } } } } }");
    rig.far.interfere = () => refusal(403, "Forbidden.RAM");
    for (const query of [FIELD("ECS"), PAGE("ECS")]) {
      const { errors, rows } = await ask(query);
      expect({ errors, nodes: rows.nodes }).toEqual({ errors: undefined, nodes: THREE.nodes.slice(0, 1) });
    }
  });
});

describe("the history of a run that is not all there", () => {
  const ofHistory = (fault: (call: FarCall) => FarFault | null) => (call: FarCall) =>
    call.asked.has("IncludeHistory") ? fault(call) : null;
  const many = repeated({ executions: Array.from({ length: 70 }, (_, index) => numbered(70 - index)) });
  const UNDATED = repeated({ executions: [{ ...execution(3, 0, "three"), wire: { Repeats: undefined } }] });
  const listed = (InvocationResult: readonly object[], paging: object = {}) => ({
    status: 200,
    body: { RequestId: "R-1", Invocation: { ...paging, InvocationResults: { InvocationResult } } },
  });
  const told = (Repeats: number) => ({ InvokeId: "t-1", InstanceId: SERVER, InvocationStatus: "Success", Repeats });

  it.each<readonly [string, Run, (call: FarCall) => FarFault | null, boolean, number]>([
    [
      "its second page fails",
      many,
      ({ asked }) => ((asked.get("NextToken") ?? "") === "" ? null : refusal(403, "Forbidden.RAM")),
      false,
      50,
    ],
    ["its tokens repeat", many, () => listed([told(3), told(2)], { NextToken: "same" }), false, 2],
    [
      "it tells of more than it shows",
      many,
      ({ asked }) => listed(asked.get("PageNumber") === "1" ? [told(3), told(2)] : [], { TotalCount: 9 }),
      false,
      2,
    ],
    [
      "it is refused",
      repeated({ executions: [execution(3, 0, "three")] }),
      () => refusal(400, "InvalidParameter"),
      false,
      1,
    ],
    ["it is refused, and no execution has a number", UNDATED, () => refusal(400, "InvalidParameter"), false, 1],
    ["it shows nothing of an instance that has begun", repeated(), () => listed([]), true, 0],
  ])("has no total, and says so in both places where it is shown: %s", async (_name, one, fault, ok, count) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([one], { tokens: true }) }, OLD);
    await rig.ask(LIST);
    rig.far.interfere = ofHistory(fault);
    const rows = "totalCount nodes { status } pageInfo { isScanComplete } sources { ok isComplete }";
    const partial = { totalCount: null, pageInfo: { isScanComplete: false }, sources: [{ ok, isComplete: false }] };
    const field = FIELD("ECS", rows).replace("history", "history(first: 100)");
    const page = PAGE("ECS").replace(ROWS, rows).replace("(filter", "(first: 100, filter");
    for (const query of [field, page, field]) {
      const { errors, rows: found } = await ask(query);
      expect({ errors, ...found, nodes: found.nodes.length }).toEqual({ errors: undefined, ...partial, nodes: count });
    }
  });

  it("is looked for in the run itself if it is empty and nobody has seen the run", async () => {
    const place = createPlace([repeated()]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, OLD);
    rig.far.interfere = ofHistory(() => listed([]));
    const rows = { totalCount: null, nodes: [], sources: [{ ok: true, isComplete: false, error: null }] };
    const calls = ["DescribeInvocationResults", "DescribeInvocations"];
    expect(await ask(PAGE("ECS"))).toEqual({ errors: undefined, rows, calls });
    expect(await ask(PAGE("ECS").replace("t-1", "t-nope"))).toMatchObject({ rows: { totalCount: 0, sources: WELL } });
  });

  it("is the latest execution if it is refused and there was no other", async () => {
    const first = repeated({ executions: [execution(1, 0, "one")] });
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([first]) }, OLD);
    rig.far.interfere = ofHistory(() => refusal(400, "InvalidParameter"));
    for (const query of [FIELD("ECS"), PAGE("ECS")])
      expect(await ask(query)).toMatchObject({ errors: undefined, rows: shown(["SUCCESS", 0, "one"]) });
  });
});
