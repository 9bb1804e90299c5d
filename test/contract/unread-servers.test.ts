import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const clock = () => createClockAhead(systemClock);
const ROW = "invokeId status statusCounts { status count } instanceInvocations { totalCount nodes { instanceId } }";
const LIST = `{ invocations { nodes { ${ROW} } sources { ok isComplete } } }`;
const RUN = `{ invocation(provider: SWAS, regionId: "cn-hangzhou", invokeId: "t-1") { ${ROW} } }`;

/** On i-1 it ended well, on i-2 it failed. */
const runAt = (at: number): Run => ({
  invokeId: "t-1",
  at,
  executions: [{ instanceId: "i-1" }, { instanceId: "i-2", status: "Failed", exitCode: 9 }],
});

const ON_ONE = {
  invokeId: "t-1",
  status: "SUCCESS",
  statusCounts: [{ status: "SUCCESS", count: 1 }],
  instanceInvocations: { totalCount: null, nodes: [{ instanceId: "i-1" }] },
};
const ON_BOTH = {
  invokeId: "t-1",
  status: "PARTIAL_FAILED",
  statusCounts: [
    { status: "SUCCESS", count: 1 },
    { status: "FAILED", count: 1 },
  ],
  instanceInvocations: { totalCount: 2, nodes: [{ instanceId: "i-1" }, { instanceId: "i-2" }] },
};

/** What of i-2 cannot be read. */
let isDown: (action: string) => boolean;

async function start(run: Run): Promise<ReturnType<typeof clock>> {
  const time = clock();
  rig = await startRig({ "SWAS/cn-hangzhou": createPlace([run]) }, { FRESHNESS_MS: "1000" }, time);
  rig.far.interfere = ({ action, asked }) => {
    if (action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
    return asked.get("InstanceId") === "i-2" && isDown(action) ? refusal(403, "Forbidden") : null;
  };
  return time;
}

const calls = () => rig.far.calls.map(({ action, asked }) => `${action} ${asked.get("InstanceId") ?? ""}`.trim());

describe("a run that is read server by server, while the list of one server cannot be read", () => {
  it("does not say that it has no other instances, also alone, until that server can be read", async () => {
    isDown = () => true;
    const time = await start(runAt(Date.UTC(2026, 0, 2, 12)));
    expect((await rig.ask(LIST)).data.invocations).toEqual({
      nodes: [ON_ONE],
      sources: [{ ok: false, isComplete: false }],
    });
    rig.far.calls.length = 0;
    expect((await rig.ask(RUN)).data.invocation).toEqual(ON_ONE);
    expect(calls()).toEqual(["DescribeInvocationResult i-1", "DescribeInvocationResult i-2"]);
    isDown = () => false;
    time.pass(60_000);
    expect((await rig.ask(LIST)).data.invocations).toEqual({
      nodes: [ON_BOTH],
      sources: [{ ok: true, isComplete: true }],
    });
  });

  it("is known once every server was asked for it, and costs nothing from then on", async () => {
    isDown = (action) => action === "DescribeInvocations";
    const time = await start(runAt(Date.UTC(2026, 0, 2, 12)));
    expect((await rig.ask(LIST)).data.invocations.nodes).toEqual([ON_ONE]);
    expect((await rig.ask(RUN)).data.invocation).toEqual(ON_BOTH);
    rig.far.calls.length = 0;
    time.pass(2_000);
    expect((await rig.ask(RUN)).data.invocation).toEqual(ON_BOTH);
    expect(calls()).toEqual([]);
  });

  it("stays whole if it is older than what was read of that server before", async () => {
    isDown = () => false;
    const time = await start(runAt(Date.UTC(2026, 0, 2, 12)));
    expect((await rig.ask(LIST)).data.invocations.nodes).toEqual([ON_BOTH]);
    isDown = () => true;
    time.pass(60_000);
    expect((await rig.ask(LIST)).data.invocations).toEqual({
      nodes: [ON_BOTH],
      sources: [{ ok: false, isComplete: true }],
    });
    rig.far.calls.length = 0;
    expect((await rig.ask(RUN)).data.invocation).toEqual(ON_BOTH);
    expect(calls()).toEqual([]);
  });
});

it("a run does not say that it has no other instances while the list of servers is short, and is asked for once within the freshness", async () => {
  isDown = () => false;
  const run = runAt(Date.UTC(2026, 0, 2, 12));
  await start({ ...run, executions: run.executions.slice(0, 1) });
  rig.far.mangle = (body, { action }) => (action === "ListInstances" ? { ...body, TotalCount: 5 } : body);
  expect((await rig.ask(LIST)).data.invocations).toEqual({
    nodes: [ON_ONE],
    sources: [{ ok: false, isComplete: false }],
  });
  rig.far.calls.length = 0;
  for (let n = 0; n < 3; n += 1) expect((await rig.ask(RUN)).data.invocation).toEqual(ON_ONE);
  expect(calls().filter((call) => call !== "ListInstances")).toEqual(["DescribeInvocationResult i-1"]);
});
