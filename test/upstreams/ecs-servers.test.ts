import { describe, expect, it } from "@jest/globals";
import type { Instance } from "#domain";
import type { PartialServersError } from "#upstreams";
import { startUpstream } from "./running-upstream.ts";
import { createBench, ECS, refusal } from "./stub.ts";

const WORLD = {
  instances: [
    { instanceId: "i-1", name: "web-1" },
    { instanceId: "mi-1", name: "office-1" },
  ],
};
const DENIED = { accessKeyId: "testid", accessKeySecret: "testsecret", denied: ["DescribeManagedInstances"] };

describe("ECS machines outside Alibaba Cloud", () => {
  it.each(["null", "", " "])("have no address if `%s` stands for one", async (publicIpAddress) => {
    const end = await startUpstream("ECS", { instances: [{ instanceId: "mi-1", publicIpAddress }] });
    expect(await end.upstream.readInstances(["mi-1"], end.operation)).toMatchObject([
      { instanceId: "mi-1", privateIpAddresses: ["172.16.0.10"], publicIpAddresses: [] },
    ]);
  });

  it("are read by DescribeManagedInstances, with their agents", async () => {
    const end = await startUpstream("ECS", WORLD);
    expect(await end.upstream.readInstances(["mi-1", "i-1", "mi-9"], end.operation)).toMatchObject([
      { instanceId: "i-1", name: "web-1", status: "Running" },
      {
        source: ECS,
        instanceId: "mi-1",
        name: "office-1",
        osType: "linux",
        status: "Connected",
        privateIpAddresses: ["172.16.0.10"],
        publicIpAddresses: ["203.0.113.10"],
      },
    ]);
    expect(await end.upstream.readAgentStates?.(["mi-1"], end.operation)).toEqual([
      {
        source: ECS,
        instanceId: "mi-1",
        isReady: true,
        version: "2.2.3.939",
        lastHeartbeatTime: null,
        lastInvokedTime: null,
        activeTaskCount: null,
      },
    ]);
    expect([...end.takeCalls()].sort()).toEqual([
      'DescribeInstances InstanceIds=["i-1"] MaxResults=100 PageNumber=1 PageSize=100',
      "DescribeManagedInstances InstanceId.1=mi-1 InstanceId.2=mi-9 MaxResults=50 PageNumber=1 PageSize=50",
      "DescribeManagedInstances InstanceId.1=mi-1 MaxResults=50 PageNumber=1 PageSize=50",
    ]);
    await end.close();
  });

  it("bear their host's name, without the line feed that the machine gave with it, where nobody named them", async () => {
    const machine = { InstanceId: "mi-1", Hostname: "office-1\n", Connected: true };
    const bench = createBench("ECS", () => ({ RequestId: "R", TotalCount: 1, Instances: { Instance: [machine] } }));
    expect(await bench.upstream.readInstances(["mi-1"], bench.operation)).toMatchObject([{ name: "office-1" }]);
    expect(bench.asked.map(([action]) => action)).toEqual(["DescribeManagedInstances"]);
  });

  it("cost no other server and no other agent if the account may not read them", async () => {
    const end = await startUpstream("ECS", WORLD, { keys: [DENIED] });
    const failures = new Map([["mi-1", expect.objectContaining({ code: "FORBIDDEN" })]]);
    for (const read of [end.upstream.readInstances, end.upstream.readAgentStates])
      await expect(read?.(["mi-1", "i-1"], end.operation)).rejects.toMatchObject({
        code: "FORBIDDEN",
        read: { found: [{ source: ECS, instanceId: "i-1" }], failures },
      });
    await end.close();
  });

  it("cost only their own part of those that are asked for by ids", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `mi-${String(index).padStart(2, "0")}`);
    const bench = createBench("ECS", (_action, { InstanceId }) => {
      const some = InstanceId as readonly string[];
      if (some.includes("mi-00")) throw refusal("FORBIDDEN", "Forbidden.RAM", 403);
      return { TotalCount: some.length, Instances: { Instance: some.map((id) => ({ InstanceId: id })) } };
    });
    const error = await bench.upstream.readInstances(ids, bench.operation).catch((caught: unknown) => caught);
    const { found, failures } = (error as PartialServersError<Instance>).read;
    expect(found.map(({ instanceId }) => instanceId)).toEqual(ids.slice(50));
    expect([...failures.keys()]).toEqual(ids.slice(0, 50));
  });
});

describe("ECS servers and agents of which one is unknown", () => {
  const UNKNOWN = "-7";
  it.each([
    ["servers", "i-", 100, "readInstances", "DescribeInstances"],
    ["machines outside Alibaba Cloud", "mi-", 50, "readInstances", "DescribeManagedInstances"],
    ["agents", "i-", 50, "readAgentStates", "DescribeCloudAssistantStatus"],
    ["agents outside Alibaba Cloud", "mi-", 50, "readAgentStates", "DescribeManagedInstances"],
  ] as const)("are all found, %s, if that one fails a whole call", async (_name, prefix, count, what, action) => {
    const ids = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const bench = createBench("ECS", (_action, { InstanceId, InstanceIds }) => {
      const some: readonly string[] = InstanceIds === undefined ? InstanceId : JSON.parse(String(InstanceIds));
      if (some.some((id) => id.endsWith(UNKNOWN))) throw refusal("NOT_FOUND", "InvalidInstanceId.NotFound", 404);
      const items = some.map((id) => ({ InstanceId: id, CloudAssistantStatus: "true" }));
      const root = action === "DescribeCloudAssistantStatus" ? "InstanceCloudAssistantStatusSet" : "Instances";
      const inner = action === "DescribeCloudAssistantStatus" ? "InstanceCloudAssistantStatus" : "Instance";
      return { TotalCount: some.length, [root]: { [inner]: items } };
    });
    const found = (await bench.upstream[what]?.(ids, bench.operation)) ?? [];
    expect(found.map(({ instanceId }) => instanceId).sort()).toEqual(ids.filter((id) => !id.endsWith(UNKNOWN)).sort());
    expect(new Set(bench.asked.map(([asked]) => asked))).toEqual(new Set([action]));
    // A whole part, then the halves that hold the unknown one.
    expect(bench.asked.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(count)));
  });

  it.each([
    ["all", () => true],
    ["half", (id: string) => Number(id.slice(2)) % 2 === 0],
  ])("are not asked for one by one if many are gone: %s", async (_name, isGone) => {
    const ids = Array.from({ length: 100 }, (_, index) => `i-${index}`);
    let calls = 0;
    let most = 0;
    const bench = createBench("ECS", async (_action, { InstanceIds }) => {
      calls += 1;
      most = Math.max(most, calls);
      await new Promise(setImmediate);
      calls -= 1;
      const some: readonly string[] = JSON.parse(String(InstanceIds));
      if (some.some(isGone)) throw refusal("NOT_FOUND", "InvalidInstanceId.NotFound", 404);
      return { TotalCount: some.length, Instances: { Instance: some.map((id) => ({ InstanceId: id })) } };
    });
    const error = await bench.upstream.readInstances(ids, bench.operation).catch((caught: unknown) => caught);
    const { found, failures } = (error as PartialServersError<Instance>).read;
    expect(found.filter(({ instanceId }) => isGone(instanceId))).toEqual([]);
    expect([...failures.values()].every(({ upstreamCode }) => upstreamCode === "InvalidInstanceId.NotFound")).toBe(
      true,
    );
    expect([failures.size > 50, bench.asked.length, most <= 4]).toEqual([true, 41, true]);
  });
});

describe("ECS servers", () => {
  it.each([
    ["by tokens", {}],
    ["by tokens in short pages", { shortPages: 0.7, seed: 3 }],
    ["in pages", { pages: "only" }],
  ] as const)("are all found, read %s", async (_name, drift) => {
    const ids = Array.from({ length: 120 }, (_, index) => `i-${String(index).padStart(3, "0")}`);
    const end = await startUpstream("ECS", { instances: ids }, { drift });
    const servers = await end.upstream.readInstances(ids, end.operation);
    expect(servers.map(({ instanceId }) => instanceId).sort()).toEqual(ids);
    await end.close();
  });
});
