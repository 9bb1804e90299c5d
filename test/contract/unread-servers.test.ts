import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { runAt as runCli } from "../cli/rig.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { TRANSPORTS } from "../support/live.ts";
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
  rig.far.interfere = interfere;
  return time;
}

const interfere: Rig["far"]["interfere"] = ({ action, asked }) => {
  if (action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
  return asked.get("InstanceId") === "i-2" && isDown(action) ? refusal(403, "Forbidden") : null;
};

const QUICK = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "50" };

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
    // One server that cannot be read costs no call for each of the others.
    expect(calls()).toEqual([]);
    isDown = () => false;
    time.pass(60_000);
    expect((await rig.ask(LIST)).data.invocations).toEqual({
      nodes: [ON_BOTH],
      sources: [{ ok: true, isComplete: true }],
    });
  });

  it("is whole if every server was asked for it before", async () => {
    isDown = (action) => action === "DescribeInvocations";
    await start(runAt(Date.UTC(2026, 0, 2, 12)));
    expect((await rig.ask(RUN)).data.invocation).toEqual(ON_BOTH);
    expect((await rig.ask(LIST)).data.invocations).toEqual({
      nodes: [ON_BOTH],
      sources: [{ ok: false, isComplete: false }],
    });
  });

  it("is watched as others are", async () => {
    isDown = () => true;
    await start(runAt(Date.UTC(2026, 0, 2, 12)));
    const { id } = (await rig.ask(`{ invocations { nodes { id } } }`)).data.invocations.nodes[0];
    rig.far.calls.length = 0;
    const { exitCode, errors } = await runCli(["--url", rig.url, "follow", id]);
    expect([exitCode, errors, calls().filter((call) => call.endsWith("i-2"))]).toEqual([
      4,
      "cloud-assistant: t-1 SUCCESS: 1 SUCCESS\ncloud-assistant: incomplete: the run has instances that cannot be shown.\n",
      [],
    ]);
  });

  it("says so in a watched list, too: in the snapshot, and as it comes", async () => {
    isDown = () => true;
    const place = createPlace([runAt(Date.UTC(2026, 0, 2, 12))]);
    rig = await startRig({ "SWAS/cn-hangzhou": place }, QUICK);
    rig.far.interfere = interfere;
    const query = `subscription { change: invocationsChanged { entered { ${ROW} } } }`;
    const watcher = TRANSPORTS.websocket(rig.url, { query, variables: {} });
    await watcher.reached(1);
    place.runs.unshift({ ...runAt(Date.UTC(2026, 0, 2, 13)), invokeId: "t-2" });
    await watcher.reached(2);
    const entered = (invokeId: string) => ({ data: { change: { entered: [{ ...ON_ONE, invokeId }] } } });
    expect(watcher.results.slice(0, 2)).toMatchObject([entered("t-1"), entered("t-2")]);
    await watcher.leave();
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

it("a run does not say that it has no other instances while the list of servers is short", async () => {
  isDown = () => false;
  const run = runAt(Date.UTC(2026, 0, 2, 12));
  await start({ ...run, executions: run.executions.slice(0, 1) });
  rig.far.mangle = (body, { action }) => (action === "ListInstances" ? { ...body, TotalCount: 5 } : body);
  expect((await rig.ask(LIST)).data.invocations).toEqual({
    nodes: [ON_ONE],
    sources: [{ ok: false, isComplete: false }],
  });
  rig.far.calls.length = 0;
  expect((await rig.ask(RUN)).data.invocation).toEqual(ON_ONE);
  expect(calls()).toEqual([]);
});
