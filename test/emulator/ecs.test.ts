import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "#emulator";
import { createEmulator, createWorld } from "#emulator";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const REGION = { RegionId: "cn-hangzhou" };
const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);

// Own values; the bodies below are those of the reference for one run on two instances.
const DEMO = {
  invokeId: "t-hz0aaaa0001",
  commandId: "c-hz0aaaa0001",
  content: "cat x\n",
  creationTime: "2026-01-02T03:04:05Z",
  workingDir: "/root/",
  tags: [{ key: "env", value: "prod" }],
  instances: [
    {
      instanceId: "i-bp1aaaa0001",
      startTime: "2026-01-02T03:04:06Z",
      finishTime: "2026-01-02T03:04:08Z",
      output: "hello\n",
    },
    {
      instanceId: "i-bp1aaaa0002",
      startTime: "2026-01-02T03:04:06Z",
      finishTime: "2026-01-02T03:04:08Z",
      exitCode: 1,
      output: "no such file\n",
    },
  ],
} as const;

function invokeIds(body: unknown): readonly string[] {
  const { Invocations } = body as { Invocations: { Invocation: readonly { InvokeId: string }[] } };
  return Invocations.Invocation.map((run) => run.InvokeId);
}

describe("ECS", () => {
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
        "cn-shanghai": {
          instances: Array.from({ length: 25 }, (_, i) => ({ instanceId: `i-uf6${i}`, name: `web-${i}` })),
          commands: [{ commandId: "c-kept", name: "kept", parameterNames: ["release"] }],
        },
        "cn-off": { isUnsupported: true },
      },
    });
    emulator = createEmulator({ world, now: () => NOW });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => NOW });
  });
  afterEach(() => emulator.stop());

  it("lists its regions and points back to itself", async () => {
    const { body } = await client.call("ecs", "DescribeRegions");
    const RegionEndpoint = new URL(emulator.url).host;
    expect(body).toEqual({
      RequestId: expect.any(String),
      Regions: {
        Region: [
          { RegionId: "cn-hangzhou", RegionEndpoint, LocalName: "华东1（杭州）", Status: "available" },
          { RegionId: "cn-shanghai", RegionEndpoint, LocalName: "cn-shanghai", Status: "available" },
          { RegionId: "cn-off", RegionEndpoint, LocalName: "cn-off", Status: "available" },
        ],
      },
    });
  });

  it("tells everything of one run", async () => {
    const parameters = { ...REGION, InvokeId: DEMO.invokeId, IncludeOutput: true };
    const { body } = await client.call("ecs", "DescribeInvocations", parameters);
    const instance = (id: string, members: object) => ({
      InstanceId: id,
      CreationTime: "2026-01-02T03:04:05Z",
      StartTime: "2026-01-02T03:04:06Z",
      FinishTime: "2026-01-02T03:04:08Z",
      StopTime: "",
      UpdateTime: "2026-01-02T03:04:08Z",
      InstanceInvokeStatus: "Finished",
      Repeats: 1,
      Dropped: 0,
      Timed: false,
      ...members,
    });
    expect(body).toEqual({
      RequestId: expect.any(String),
      TotalCount: 1,
      PageNumber: 1,
      PageSize: 10,
      NextToken: "",
      Invocations: {
        Invocation: [
          {
            InvokeId: "t-hz0aaaa0001",
            CommandId: "c-hz0aaaa0001",
            CommandName: "demo",
            CommandDescription: "",
            CommandType: "RunShellScript",
            CommandContent: "Y2F0IHgK",
            CreationTime: "2026-01-02T03:04:05Z",
            Frequency: "",
            RepeatMode: "Once",
            Timed: false,
            Timeout: 60,
            InvocationStatus: "PartialFailed",
            InvokeStatus: "Finished",
            Parameters: "{}",
            Username: "root",
            WorkingDir: "/root/",
            ContainerId: "",
            ContainerName: "",
            Launcher: "",
            TerminationMode: "Process",
            OssOutputDelivery: "",
            Tags: { Tag: [{ TagKey: "env", TagValue: "prod" }] },
            InvokeInstances: {
              InvokeInstance: [
                instance("i-bp1aaaa0001", {
                  InvocationStatus: "Success",
                  ExitCode: 0,
                  Output: "aGVsbG8K",
                  ErrorCode: "",
                  ErrorInfo: "",
                }),
                instance("i-bp1aaaa0002", {
                  InvocationStatus: "Failed",
                  ExitCode: 1,
                  Output: "bm8gc3VjaCBmaWxlCg==",
                  ErrorCode: "ExitCodeNonzero",
                  ErrorInfo: "The command execution exit code is not zero",
                }),
              ],
            },
          },
        ],
      },
    });
  });

  it("tells results inside Invocation, with the paging members and the finish time's other name", async () => {
    const parameters = {
      ...REGION,
      InvokeId: DEMO.invokeId,
      InstanceId: "i-bp1aaaa0002",
      ContentEncoding: "PlainText",
    };
    const { body } = await client.call("ecs", "DescribeInvocationResults", parameters);
    expect(body).toEqual({
      RequestId: expect.any(String),
      Invocation: {
        TotalCount: 1,
        PageNumber: 1,
        PageSize: 10,
        NextToken: "",
        InvocationResults: {
          InvocationResult: [
            {
              InvokeId: "t-hz0aaaa0001",
              CommandId: "c-hz0aaaa0001",
              InstanceId: "i-bp1aaaa0002",
              InvocationStatus: "Failed",
              InvokeRecordStatus: "Finished",
              StartTime: "2026-01-02T03:04:06Z",
              FinishedTime: "2026-01-02T03:04:08Z",
              StopTime: "",
              ExitCode: 1,
              Repeats: 1,
              Dropped: 0,
              Output: "no such file\n",
              ErrorCode: "ExitCodeNonzero",
              ErrorInfo: "The command execution exit code is not zero",
              Username: "root",
              ContainerId: "",
              ContainerName: "",
              Launcher: "",
              TerminationMode: "Process",
              OssOutputDelivery: "",
              Tags: { Tag: [{ TagKey: "env", TagValue: "prod" }] },
            },
          ],
        },
      },
    });
  });

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
    ["StopInvocation", { ...REGION, InvokeId: "t-none" }, 404, "InvalidInvokeId.NotFound"],
    ["InvokeCommand", { ...REGION, CommandId: "c-none", "InstanceId.1": "i-many" }, 404, "InvalidCmdId.NotFound"],
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

  it("lists machines, moving sizes into their bounds", async () => {
    const { body } = await client.call("ecs", "DescribeInstances", { RegionId: "cn-shanghai", MaxResults: 5 });
    const first = body as {
      NextToken: string;
      PageSize: number;
      Instances: { Instance: readonly { InstanceName: string }[] };
    };
    expect(first.Instances.Instance.map((each) => each.InstanceName)).toEqual(
      Array.from({ length: 10 }, (_, i) => `web-${i}`),
    );
    const ids = JSON.stringify(["i-uf63", "i-gone"]);
    const named = await client.call("ecs", "DescribeInstances", {
      RegionId: "cn-shanghai",
      InstanceIds: ids,
      PageSize: 100,
    });
    expect(named.body).toMatchObject({
      TotalCount: 1,
      Instances: { Instance: [{ InstanceId: "i-uf63", OSType: "linux" }] },
    });
  });

  it("lists commands and tells the agent's state as text", async () => {
    const commands = await client.call("ecs", "DescribeCommands", { RegionId: "cn-shanghai", Name: "k*t" });
    expect(commands.body).toMatchObject({
      TotalCount: 1,
      Commands: {
        Command: [{ CommandId: "c-kept", EnableParameter: true, ParameterNames: { ParameterName: ["release"] } }],
      },
    });
    const status = await client.call("ecs", "DescribeCloudAssistantStatus", {
      RegionId: "cn-shanghai",
      "InstanceId.1": "i-uf60",
    });
    expect(status.body).toMatchObject({
      InstanceCloudAssistantStatusSet: {
        InstanceCloudAssistantStatus: [{ InstanceId: "i-uf60", CloudAssistantStatus: "true" }],
      },
    });
  });
});

describe("a run that somebody starts on ECS", () => {
  let emulator: Emulator;
  let now = NOW;
  let client: EmulatorClient;
  const record = async (InvokeId: string) => {
    const parameters = { ...REGION, InvokeId, IncludeOutput: true, ContentEncoding: "PlainText" };
    const { body } = await client.call("ecs", "DescribeInvocations", parameters);
    const [run] = (
      body as { Invocations: { Invocation: readonly { InvokeInstances: { InvokeInstance: readonly object[] } }[] } }
    ).Invocations.Invocation;
    return run?.InvokeInstances.InvokeInstance[0];
  };
  const start = async (CommandContent: string) => {
    const parameters = {
      ...REGION,
      Type: "RunShellScript",
      CommandContent,
      ContentEncoding: "PlainText",
      "InstanceId.1": "i-1",
    };
    const { body } = await client.call("ecs", "RunCommand", parameters);
    return (body as { InvokeId: string }).InvokeId;
  };

  beforeEach(async () => {
    now = NOW;
    const world = createWorld({ ecs: { "cn-hangzhou": { instances: ["i-1"], invocations: [] } } });
    emulator = createEmulator({ world, now: () => now });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => now });
  });
  afterEach(() => emulator.stop());

  it("waits, runs with growing output and ends", async () => {
    const invokeId = await start("echo one\nsleep 10\necho two\nexit 3");
    const seen: unknown[] = [await record(invokeId)];
    for (const step of [5_000, 5_000, 10_000]) {
      now += step;
      seen.push(await record(invokeId));
    }
    expect(seen).toMatchObject([
      { InvocationStatus: "Pending", StartTime: "", Output: "" },
      { InvocationStatus: "Running", StartTime: "2026-01-02T04:00:00Z", FinishTime: "", Output: "one" },
      { InvocationStatus: "Running", Output: "one\ntw" },
      { InvocationStatus: "Failed", ExitCode: 3, ErrorCode: "ExitCodeNonzero", Output: "one\ntwo\n" },
    ]);
  });

  it("is killed when it takes longer than its time", async () => {
    const invokeId = await start("echo one\nsleep 600");
    now += 61_000;
    expect(await record(invokeId)).toMatchObject({ InvocationStatus: "Timeout", ErrorCode: "ExecutionTimeout" });
  });

  it("can be stopped", async () => {
    const invokeId = await start("sleep 30");
    now += 5_000;
    const stopped = await client.call("ecs", "StopInvocation", { ...REGION, InvokeId: invokeId });
    expect(stopped.body).toEqual({ RequestId: expect.any(String) });
    expect(await record(invokeId)).toMatchObject({ InvocationStatus: "Stopping", StopTime: "2026-01-02T04:00:05Z" });
    now += 5_000;
    expect(await record(invokeId)).toMatchObject({
      InvocationStatus: "Terminated",
      FinishTime: "2026-01-02T04:00:07Z",
    });
  });
});
