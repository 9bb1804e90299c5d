import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
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
const ROW =
  "invokeId status isFinal statusCounts { status count } instanceInvocations { totalCount nodes { instanceId } }";
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
  isFinal: false,
  statusCounts: [{ status: "SUCCESS", count: 1 }],
  instanceInvocations: { totalCount: null, nodes: [{ instanceId: "i-1" }] },
};
const ON_BOTH = {
  invokeId: "t-1",
  status: "PARTIAL_FAILED",
  isFinal: true,
  statusCounts: [
    { status: "SUCCESS", count: 1 },
    { status: "FAILED", count: 1 },
  ],
  instanceInvocations: { totalCount: 2, nodes: [{ instanceId: "i-1" }, { instanceId: "i-2" }] },
};

/** What of i-2 cannot be read. */
let isDown: (action: string) => boolean;
/** What the upstream says instead. */
let why: Parameters<typeof refusal>;
beforeEach(() => {
  why = [403, "Forbidden"];
});

async function start(run: Run): Promise<ReturnType<typeof clock>> {
  const time = clock();
  rig = await startRig({ "SWAS/cn-hangzhou": createPlace([run]) }, { FRESHNESS_MS: "1000" }, time);
  rig.far.interfere = interfere;
  return time;
}

const interfere: Rig["far"]["interfere"] = ({ action, asked }) => {
  if (action === "DescribeCommandInvocations") return refusal(403, "NoPermission");
  return asked.get("InstanceId") === "i-2" && isDown(action) ? refusal(...why) : null;
};

const QUICK = { WATCH_MIN_INTERVAL_MS: "50", WATCH_MAX_INTERVAL_MS: "50", FRESHNESS_MS: "50" };

const NOON = Date.UTC(2026, 0, 2, 12);

/** How a watch ends that told nothing, and its only answer. */
const brokenOff = (code: string) => ["complete", [{ errors: [{ extensions: { code } }] }]];

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

  it("costs pages no more than lists do, and one call for all who ask for such runs by id", async () => {
    isDown = () => true;
    const place = createPlace(["t-1", "t-2", "t-3"].map((invokeId) => ({ ...runAt(NOON), invokeId })));
    const time = clock();
    rig = await startRig({ "SWAS/cn-hangzhou": place }, { FRESHNESS_MS: "1000" }, time);
    rig.far.interfere = interfere;
    const { nodes } = (await rig.ask("{ invocations { nodes { id } } }")).data.invocations;
    const ids = nodes.map(({ id }: { readonly id: string }) => id);
    const ask = async (query: string) => {
      time.pass(30_000);
      rig.far.calls.length = 0;
      return (await rig.ask(query, query.includes("$ids") ? { ids } : {})).data;
    };
    await ask(LIST);
    expect(calls()).toEqual(["DescribeInvocations i-1", "DescribeInvocations i-2"]);
    const NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Invocation { status isFinal } } }";
    const each = { status: "SUCCESS", isFinal: false };
    expect(await ask(NODES)).toEqual({ nodes: [each, each, each] });
    expect(calls()).toEqual(["ListInstances", "DescribeInvocationResult i-2"]);
  });

  it("is waited for until that server tells of it", async () => {
    isDown = () => true;
    why = [503, "ServiceUnavailable"];
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace([runAt(NOON)]) }, QUICK);
    rig.far.interfere = interfere;
    const { id } = (await rig.ask(`{ invocations { nodes { id } } }`)).data.invocations.nodes[0];
    const WAIT = RUN.replace(/\) {/, ", waitSeconds: 1) {");
    expect((await rig.ask(WAIT)).data.invocation).toEqual(ON_ONE);
    const query = `subscription { run: invocationUpdated(id: "${id}") { ${ROW} } }`;
    const watcher = TRANSPORTS.websocket(rig.url, { query, variables: {} });
    const waiting = rig.ask(WAIT.replace("1) {", "30) {"));
    isDown = () => false;
    expect((await waiting).data.invocation).toEqual(ON_BOTH);
    expect([await watcher.end, watcher.results]).toEqual([
      "complete",
      [expect.objectContaining({ data: { run: ON_BOTH } })],
    ]);
    await watcher.leave();
  });

  it("is waited for no longer once that server refuses for good", async () => {
    isDown = () => true;
    await start(runAt(NOON));
    const { id } = (await rig.ask(`{ invocations { nodes { id } } }`)).data.invocations.nodes[0];
    const query = `subscription { invocationUpdated(id: "${id}") { status } }`;
    const watcher = TRANSPORTS.websocket(rig.url, { query, variables: {} });
    expect([await watcher.end, watcher.results]).toMatchObject(brokenOff("UPSTREAM_FORBIDDEN"));
    await watcher.leave();
    const { exitCode, errors } = await runCli(["--url", rig.url, "follow", id]);
    expect([exitCode, errors]).toEqual([
      2,
      expect.stringMatching(/^cloud-assistant: t-1 SUCCESS: 1 SUCCESS\n.*\(UPSTREAM_FORBIDDEN\)\n$/),
    ]);
  });

  it("is not said to have no failure", async () => {
    isDown = () => true;
    await start(runAt(NOON));
    const { id } = (await rig.ask(`{ invocations { nodes { id } } }`)).data.invocations.nodes[0];
    for (const options of [["--failed"], ["--failed", "--group"], []]) {
      const { exitCode, errors } = await runCli(["--url", rig.url, "output", id, ...options]);
      expect([exitCode, errors]).toEqual([4, expect.stringContaining("incomplete: SWAS cn-hangzhou: ")]);
      expect(errors).not.toContain("no instance");
    }
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

describe("a server that the list of servers shows, and whose list of runs says that there is none", () => {
  it.each([
    ["to its list", (action: string) => action === "DescribeInvocations"],
    ["to all that it is asked", () => true],
  ])("is unread: %s", async (_name, isDenied) => {
    isDown = isDenied;
    why = [404, "InvalidInstanceId.NotFound"];
    await start(runAt(NOON));
    const TOTAL = LIST.replace("nodes", "totalCount nodes");
    const unread = { totalCount: null, nodes: [ON_ONE], sources: [{ ok: false, isComplete: false }] };
    expect((await rig.ask(TOTAL)).data.invocations).toEqual(unread);
    const lists = ["DescribeInvocations i-1", "DescribeInvocations i-2"];
    expect(calls()).toEqual(["DescribeCommandInvocations", "ListInstances", ...lists, "ListInstances"]);
    expect(
      (await rig.ask(LIST.replace("{ nodes", '(filter: { instanceId: "i-2" }) { nodes'))).data.invocations,
    ).toEqual({
      nodes: [],
      sources: [{ ok: false, isComplete: false }],
    });
  });

  it("is gone if the list of servers, read again, does not show it any more", async () => {
    isDown = () => true;
    why = [404, "InvalidInstanceId.NotFound"];
    await start(runAt(NOON));
    let listings = 0;
    rig.far.mangle = (body, { action }) => {
      if (action !== "ListInstances") return body;
      listings += 1;
      return listings === 1 ? body : { ...body, TotalCount: 1, Instances: [{ InstanceId: "i-1" }] };
    };
    const whole = { ...ON_ONE, isFinal: true, instanceInvocations: { ...ON_ONE.instanceInvocations, totalCount: 1 } };
    expect((await rig.ask(LIST)).data.invocations).toEqual({
      nodes: [whole],
      sources: [{ ok: true, isComplete: true }],
    });
  });
});

it("a run does not say that it has no other instances while the list of servers is short", async () => {
  isDown = () => false;
  const run = runAt(Date.UTC(2026, 0, 2, 12));
  const time = await start({ ...run, executions: run.executions.slice(0, 1) });
  rig.far.mangle = (body, { action }) => (action === "ListInstances" ? { ...body, TotalCount: 5 } : body);
  expect((await rig.ask(LIST)).data.invocations).toEqual({
    nodes: [ON_ONE],
    sources: [{ ok: false, isComplete: false }],
  });
  rig.far.calls.length = 0;
  expect((await rig.ask(RUN)).data.invocation).toEqual(ON_ONE);
  expect(calls()).toEqual([]);
  time.pass(1_000);
  const { id } = (await rig.ask(RUN.replace("invokeId status", "id status"))).data.invocation;
  const watcher = TRANSPORTS.websocket(rig.url, {
    query: `subscription { invocationUpdated(id: "${id}") { status } }`,
    variables: {},
  });
  expect([await watcher.end, watcher.results]).toMatchObject(brokenOff("UPSTREAM_BAD_RESPONSE"));
  await watcher.leave();
  expect(calls()).toEqual([]);
});
