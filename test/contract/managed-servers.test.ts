import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { runOf } from "./missing-scene.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PLACES = { "ECS/cn-hangzhou": createPlace([runOf([{ instanceId: "i-1" }, { instanceId: "mi-1" }])]) };
const STATE = "sources { ok isComplete error { code } }";
const SERVERS = `{ instances { totalCount nodes { instanceId } ${STATE} } }`;
const NAMED = `query ($part: String) { invocations(filter: { instanceNameContains: $part }) { totalCount nodes { invokeId } ${STATE} } }`;
const ONE = `query ($id: String!) { instance(provider: ECS, regionId: "cn-hangzhou", instanceId: $id) { instanceId } }`;
const JOINED = "{ invocations { nodes { instanceInvocations { nodes { instanceId instance { name } } } } } }";

const ask = async (query: string, variables = {}) => {
  const { data, errors } = await rig.ask(query, variables);
  return [data, errors?.map(({ path, extensions }) => [path, extensions?.code])];
};

const KINDS = [
  ["DescribeManagedInstances", "mi-1", "i-1"],
  ["DescribeInstances", "i-1", "mi-1"],
] as const;
const FAULTS = [
  [refusal(403, "Forbidden.RAM"), "FORBIDDEN"],
  [refusal(500, "InternalError"), "UNAVAILABLE"],
  [refusal(400, "Throttling.User"), "THROTTLED"],
] as const;

describe.each(KINDS)("%s that fails", (action, lost, other) => {
  it.each(FAULTS)("with %j hides its own servers alone, and says so", async (fault, code) => {
    rig = await startRig(PLACES);
    rig.far.interfere = (call) => (call.action === action ? fault : null);
    const lacking = { ok: false, isComplete: false, error: { code } };
    const failed = (path: readonly (string | number)[]) => [[path, `UPSTREAM_${code}`]];
    const rows = ["i-1", "mi-1"].map((instanceId) => ({
      instanceId,
      instance: instanceId === lost ? null : { name: `name of ${instanceId}` },
    }));
    const row = ["invocations", "nodes", 0, "instanceInvocations", "nodes", lost === "i-1" ? 0 : 1, "instance"];
    expect(await ask(JOINED)).toEqual([
      { invocations: { nodes: [{ instanceInvocations: { nodes: rows } }] } },
      failed(row),
    ]);
    expect(await ask(SERVERS)).toEqual([
      { instances: { totalCount: null, nodes: [{ instanceId: other }], sources: [lacking] } },
      undefined,
    ]);
    expect(await ask(NAMED, { part: `of ${lost}` })).toEqual([
      { invocations: { totalCount: null, nodes: [], sources: [lacking] } },
      undefined,
    ]);
    expect(await ask(NAMED, { part: `of ${other}` })).toEqual([
      { invocations: { totalCount: null, nodes: [{ invokeId: "t-1" }], sources: [lacking] } },
      undefined,
    ]);
    expect(await ask(ONE, { id: lost })).toEqual([{ instance: null }, failed(["instance"])]);
  });

  it("shows what was known of them", async () => {
    const clock = createClockAhead(systemClock);
    rig = await startRig(PLACES, {}, clock);
    await rig.ask(SERVERS);
    clock.pass(61_000);
    rig.far.interfere = (call) => (call.action === action ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(SERVERS);
    expect(errors).toBeUndefined();
    expect(data.instances).toMatchObject({
      nodes: [{ instanceId: "i-1" }, { instanceId: "mi-1" }],
      sources: [{ ok: false, error: { code: "FORBIDDEN" } }],
    });
    expect(await ask(ONE, { id: lost })).toEqual([{ instance: { instanceId: lost } }, undefined]);
  });
});

describe("machines outside Alibaba Cloud", () => {
  it.each([
    [404, "InvalidAction.NotFound"],
    [400, "RegionId.ApiNotSupported"],
    [400, "UnsupportedOperation"],
  ])("are none in lists, and an error by their ids, if the region answers %d %s", async (status, code) => {
    rig = await startRig(PLACES);
    rig.far.interfere = ({ action }) => (action === "DescribeManagedInstances" ? refusal(status, code) : null);
    const fine = { ok: true, isComplete: true, error: null };
    expect(await ask(SERVERS)).toEqual([
      { instances: { totalCount: 1, nodes: [{ instanceId: "i-1" }], sources: [fine] } },
      undefined,
    ]);
    const lacking = "UPSTREAM_NOT_SUPPORTED";
    expect(await ask(ONE, { id: "mi-1" })).toEqual([{ instance: null }, [[["instance"], lacking]]]);
    rig.far.calls.length = 0;
    const rows = [
      { instanceId: "i-1", instance: { name: "name of i-1" } },
      { instanceId: "mi-1", instance: null },
    ];
    expect(await ask(JOINED)).toEqual([
      { invocations: { nodes: [{ instanceInvocations: { nodes: rows } }] } },
      [[["invocations", "nodes", 0, "instanceInvocations", "nodes", 1, "instance"], lacking]],
    ]);
    expect(rig.far.asked()).not.toContain("DescribeManagedInstances cn-hangzhou");
    expect((await ask(SERVERS))[0]).toMatchObject({ instances: { totalCount: 1, sources: [fine] } });
  });

  it("that may not be listed are asked for once a minute", async () => {
    rig = await startRig(PLACES);
    rig.far.interfere = ({ action }) => (action === "DescribeManagedInstances" ? refusal(403, "Forbidden.RAM") : null);
    for (let times = 0; times < 3; times += 1) await rig.ask(SERVERS);
    expect(rig.far.asked()).toEqual(["DescribeInstances cn-hangzhou", "DescribeManagedInstances cn-hangzhou"]);
  });

  it("leave the field null only if nothing else is known either", async () => {
    rig = await startRig(PLACES);
    rig.far.interfere = ({ action }) => (/Instances$/.test(action) ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(SERVERS);
    expect([data, errors?.map(({ extensions }) => extensions?.code)]).toEqual([
      { instances: null },
      ["UPSTREAM_FORBIDDEN"],
    ]);
  });
});

describe.each(["ECS", "SWAS"] as const)("a later page of the servers of %s that fails", (product) => {
  it("costs only the servers on it", async () => {
    const servers = Array.from({ length: 130 }, (_, index) => `s-${String(index).padStart(3, "0")}`);
    rig = await startRig({ [`${product}/cn-hangzhou`]: { ...createPlace([]), servers } });
    rig.far.interfere = ({ asked }) => (asked.get("PageNumber") === "2" ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(SERVERS.replace("instances", "instances(first: 100)"));
    expect(errors).toBeUndefined();
    expect(data.instances).toEqual({
      totalCount: null,
      nodes: servers.slice(0, 100).map((instanceId) => ({ instanceId })),
      sources: [{ ok: false, isComplete: false, error: { code: "FORBIDDEN" } }],
    });
  });
});

it("servers that are gone leave a list that is never whole", async () => {
  const clock = createClockAhead(systemClock);
  rig = await startRig(PLACES, { FRESHNESS_MS: "1" }, clock);
  let serial = 0;
  rig.far.mangle = (body, { action }) => {
    if (action !== "DescribeInstances") return body;
    serial += 1;
    return JSON.parse(JSON.stringify({ ...body, TotalCount: 9 }), (key, value) =>
      key === "InstanceId" ? `i-${serial}` : value,
    );
  };
  const shown = [];
  for (let reading = 0; reading < 3; reading += 1) {
    shown.push(
      (await rig.ask(SERVERS)).data.instances.nodes.map(({ instanceId }: { instanceId: string }) => instanceId),
    );
    clock.pass(60_000);
  }
  expect(shown.map((ids) => ids.length)).toEqual([2, 2, 2]);
  expect(new Set(shown.flat()).size).toBe(4);
});
