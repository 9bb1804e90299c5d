import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const REGION = { RegionId: "cn-hangzhou" };
const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);

const DEMO = {
  invokeId: "t-hz0aaaa0001",
  creationTime: "2026-01-02T03:04:05Z",
  tags: [{ key: "env", value: "prod" }],
  instances: ["i-bp1aaaa0001", { instanceId: "i-bp1aaaa0002", exitCode: 1 }],
} as const;

function invokeIds(body: unknown): readonly string[] {
  const { Invocations } = body as { Invocations: { Invocation: readonly { InvokeId: string }[] } };
  return Invocations.Invocation.map((run) => run.InvokeId);
}

describe("lists of ECS", () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  const code = async (action: string, parameters: Record<string, string | number | boolean>) => {
    const { status, body } = await client.call("ecs", action, parameters);
    return [status, (body as { Code?: string }).Code];
  };
  beforeEach(async () => {
    const many = Array.from({ length: 119 }, (_, index) => ({
      invokeId: `t-${String(index).padStart(3, "0")}`,
      creationTime: Date.UTC(2026, 0, 2, 2, 0, 0) - Math.floor(index / 4) * 1000,
      instances: ["i-many"],
    }));
    const world = createWorld({
      ecs: {
        "cn-hangzhou": { localName: "华东1（杭州）", invocations: [DEMO, ...many] },
        "cn-off": { isUnsupported: true },
      },
    });
    emulator = createEmulator({ world, now: () => NOW });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => NOW });
  });
  afterEach(() => emulator.stop());

  it("pages by number with the total", async () => {
    const seen: string[] = [];
    for (const PageNumber of [1, 2, 3, 4]) {
      const { body } = await client.call("ecs", "DescribeInvocations", { ...REGION, PageNumber, PageSize: 50 });
      expect(body).toMatchObject({ TotalCount: 120, PageNumber, PageSize: 50, NextToken: "" });
      seen.push(...invokeIds(body));
    }
    expect(seen).toEqual([DEMO.invokeId, ...Array.from({ length: 119 }, (_, i) => `t-${String(i).padStart(3, "0")}`)]);
  });

  it("pages by token, says no total then, and takes arrivals without repeating or losing a run", async () => {
    const seen: string[] = [];
    let token = "";
    do {
      const cursor = token === "" ? {} : { NextToken: token };
      const { body } = await client.call("ecs", "DescribeInvocations", {
        ...REGION,
        MaxResults: 50,
        ...cursor,
        PageNumber: 7,
      });
      expect(body).toMatchObject({ TotalCount: 0 });
      seen.push(...invokeIds(body));
      token = (body as { NextToken: string }).NextToken;
      emulator.world.addInvocation("ecs", "cn-hangzhou", {});
    } while (token !== "");
    expect(seen).toEqual([DEMO.invokeId, ...Array.from({ length: 119 }, (_, i) => `t-${String(i).padStart(3, "0")}`)]);
  });

  it("refuses a token that was damaged or given for another filter", async () => {
    const { body } = await client.call("ecs", "DescribeInvocations", { ...REGION, MaxResults: 10 });
    const { NextToken } = body as { NextToken: string };
    expect(await code("DescribeInvocations", { ...REGION, NextToken, CommandName: "x" })).toEqual([
      400,
      "InvalidParameter.NextToken",
    ]);
    expect(await code("DescribeInvocations", { ...REGION, NextToken: "nonsense" })).toEqual([
      400,
      "InvalidParameter.NextToken",
    ]);
  });

  it.each([
    ["DescribeInvocations", {}, 400, "MissingParameter.RegionId"],
    ["DescribeInvocations", { RegionId: "cn-nowhere" }, 404, "InvalidRegionId.NotFound"],
    ["DescribeInvocations", { RegionId: "cn-off" }, 400, "RegionId.ApiNotSupported"],
    ["DescribeInvocations", { ...REGION, PageSize: 51 }, 400, "InvalidParam.PageSize"],
    ["DescribeInvocations", { ...REGION, PageNumber: 0 }, 400, "InvalidParam.PageNumber"],
    ["DescribeInvocations", { ...REGION, MaxResults: 51 }, 400, "InvalidParameter.MaxResults"],
    ["DescribeInvocations", { ...REGION, IncludeOutput: true }, 400, "InvalidParameter"],
    ["DescribeInvocations", { ...REGION, ContentEncoding: "Rot13" }, 400, "InvalidParameter"],
    [
      "DescribeInvocationResults",
      { ...REGION, InvokeId: DEMO.invokeId, IncludeHistory: true },
      400,
      "InvalidParameter",
    ],
    ["DescribeInstances", { ...REGION, InstanceIds: "i-1" }, 400, "InvalidParameter"],
    ["DescribeRegions", { AcceptLanguage: "tlh" }, 404, "InvalidAcceptLanguage.NotFound"],
    ["RunCommand", { ...REGION, CommandContent: "ls", "InstanceId.1": "i-many" }, 404, "InvalidAction.NotFound"],
    ["DropDatabase", REGION, 404, "InvalidAction.NotFound"],
  ])("refuses %s with %p", async (action, parameters, status, expected) => {
    expect(await code(action, parameters)).toEqual([status, expected]);
  });

  it("filters, and silently ignores what InstanceId switches off", async () => {
    const count = async (filters: Record<string, string | boolean>) =>
      ((await client.call("ecs", "DescribeInvocations", { ...REGION, ...filters })).body as { TotalCount: number })
        .TotalCount;
    expect(await count({ InvokeStatus: "PartialFailed" })).toBe(1);
    expect(await count({ InvokeStatus: "Finished" })).toBe(120);
    expect(await count({ Timed: true })).toBe(0);
    expect(await count({ "Tag.1.Key": "env", "Tag.1.Value": "prod" })).toBe(1);
    expect(await count({ CommandName: "nothing" })).toBe(0);
    expect(await count({ CommandName: "nothing", InstanceId: "i-many" })).toBe(119);
    expect(await count({ InvokeStatus: "PartialFailed", InstanceId: "i-many" })).toBe(119);
    expect(await count({ InvokeId: "t-unknown" })).toBe(0);
  });
});
