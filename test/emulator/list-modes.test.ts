import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { DriftOptions, Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const REGION = { RegionId: "cn-hangzhou" };
const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);
const MANY = Array.from({ length: 30 }, (_, index) => ({ invokeId: `t-${index}`, instances: ["i-1"] }));
const ACTIVE = { invokeId: "t-active", frequency: "0 */10 * * * *", instances: [{ status: "Scheduled" }] };

describe("how lists of ECS are read", () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  beforeEach(async () => {
    const instances = ["i-1", { instanceId: "mi-1", name: "office", agentOnline: false }];
    const world = createWorld({
      ecs: { "cn-hangzhou": { invocations: [...MANY, ACTIVE], instances } },
      swas: { "cn-hangzhou": { instances: [{ instanceId: "a1", agentOnline: false }] } },
    });
    emulator = createEmulator({ world, now: () => NOW });
    client = createEmulatorClient({ url: (await emulator.start()).url, now: () => NOW });
  });
  afterEach(() => emulator.stop());

  async function list(parameters: Readonly<Record<string, string | number | boolean>>, drift: DriftOptions = {}) {
    emulator.setDrift(drift);
    const { body } = await client.call("ecs", "DescribeInvocations", { ...REGION, ...parameters });
    const { Code, TotalCount, NextToken = "", Invocations } = body as Record<string, never>;
    const runs = (Invocations as { Invocation: readonly { InvokeId: string }[] } | undefined)?.Invocation ?? [];
    return { Code, TotalCount, NextToken: String(NextToken), ids: runs.map(({ InvokeId }) => InvokeId) };
  }

  it.each<readonly [DriftOptions["pages"], object]>([
    ["ignored", { TotalCount: 0, hasToken: true, count: 10 }],
    ["refused", { Code: "InvalidParam.PageNumber", hasToken: false, count: 0 }],
    ["only", { TotalCount: 30, hasToken: false, count: 10 }],
    [undefined, { TotalCount: 0, hasToken: true, count: 10 }],
  ])("takes page numbers beside MaxResults as %s", async (pages, expected) => {
    const drift = pages === undefined ? {} : { pages };
    const { ids, NextToken, ...rest } = await list({ PageNumber: 2, PageSize: 10, MaxResults: 10 }, drift);
    const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    expect({ ...said, hasToken: NextToken !== "", count: ids.length }).toEqual(expected);
  });

  it("refuses tokens that were given under another key", async () => {
    const { NextToken } = await list({ MaxResults: 10 });
    expect((await list({ MaxResults: 10, NextToken })).ids).toEqual(MANY.slice(10, 20).map(({ invokeId }) => invokeId));
    expect((await list({ MaxResults: 10, NextToken }, { tokenKey: "2" })).Code).toBe("InvalidParameter.NextToken");
  });

  it("gives every run once by short and empty pages", async () => {
    const seen: string[] = [];
    let page = await list({ MaxResults: 10 }, { shortPages: 1, seed: 2 });
    for (let left = 60; page.NextToken !== "" && left > 0; left -= 1) {
      seen.push(...page.ids);
      page = await list({ MaxResults: 10, NextToken: page.NextToken }, { shortPages: 1, seed: 2 + left });
    }
    expect([...seen, ...page.ids]).toEqual(MANY.map(({ invokeId }) => invokeId));
  });

  it("hides what will run again from those who do not ask for it", async () => {
    const find = async (parameters: object, drift = {}) => {
      const { ids } = await list({ PageSize: 50, ...parameters }, drift);
      return [ids.length, ids.includes("t-active")];
    };
    expect([
      await find({}),
      await find({ Timed: false }),
      await find({ Timed: true }),
      await find({ InvokeId: "t-active" }),
      await find({}, { showsTimed: true }),
    ]).toEqual([
      [30, false],
      [30, false],
      [1, true],
      [0, false],
      [31, true],
    ]);
  });

  it("tells of machines outside the vendor's cloud in an action of their own", async () => {
    const instances = async (action: string) => {
      const { body } = await client.call("ecs", action, REGION);
      return JSON.stringify((body as { Instances: unknown }).Instances);
    };
    expect(await instances("DescribeInstances")).not.toContain("mi-1");
    expect(await instances("DescribeManagedInstances")).toContain(
      '"InstanceId":"mi-1","InstanceName":"office","Hostname":"office"',
    );
  });

  it("tells of the agent on a server of SWAS whether it answers, with line feeds as in the vendor's sample", async () => {
    const parameters = { ...REGION, InstanceIds: '["a1"]' };
    const { body } = await client.call("swas", "DescribeCloudAssistantAttributes", parameters);
    expect(body).toMatchObject({
      TotalCount: 1,
      CloudAssistant: [{ InstanceId: "a1\n", CloudAssistantStatus: "false\n", ActiveTaskCount: 0 }],
    });
  });
});
