import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const REGION = { RegionId: "cn-hangzhou" };
const MACHINE = "ace0706b2ac4454d984295a942130001";
const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);

// Own values; the bodies below are those of the reference for one run that took too long.
const DEMO = {
  invokeId: "t-hz0bbbb0001",
  commandId: "c-hz0bbbb0001",
  content: "ls",
  creationTime: "2026-01-02T03:04:05Z",
  instances: [
    {
      instanceId: MACHINE,
      status: "Timeout",
      startTime: "2026-01-02T03:04:06Z",
      finishTime: "2026-01-02T03:05:06Z",
      exitCode: 0,
      output: "part\n",
      errorCode: "ExecutionTimeout",
      errorInfo: "the command execution has been timeout",
    },
  ],
} as const;

describe("SWAS", () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  const code = async (action: string, parameters: Record<string, string | number | boolean>) => {
    const { status, body } = await client.call("swas", action, parameters);
    return [status, (body as { Code?: string }).Code];
  };

  beforeEach(async () => {
    const world = createWorld({
      swas: {
        "cn-hangzhou": { invocations: [DEMO, { instances: ["other"], commandName: "second" }] },
        "cn-hongkong": { outputEncoding: "base64", invocations: [{ ...DEMO, parameters: { who: "Jack" } }] },
      },
    });
    emulator = createEmulator({ world, now: () => NOW });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => NOW });
  });
  afterEach(() => emulator.stop());

  it("lists regions flat", async () => {
    const { body } = await client.call("swas", "ListRegions");
    const RegionEndpoint = new URL(emulator.url).host;
    expect(body).toEqual({
      RequestId: expect.any(String),
      Regions: [
        { RegionId: "cn-hangzhou", RegionEndpoint, LocalName: "cn-hangzhou" },
        { RegionId: "cn-hongkong", RegionEndpoint, LocalName: "cn-hongkong" },
      ],
    });
  });

  it("lists the runs of one machine, flat, without its id and with parameters as a map", async () => {
    const { body } = await client.call("swas", "DescribeInvocations", { ...REGION, InstanceId: MACHINE });
    expect(body).toEqual({
      RequestId: expect.any(String),
      TotalCount: 1,
      PageNumber: 1,
      PageSize: 10,
      Invocations: [
        {
          InvokeId: "t-hz0bbbb0001",
          CommandName: "demo",
          CommandType: "RunShellScript",
          CommandContent: "bHM=",
          CreationTime: "2026-01-02T03:04:05Z",
          InvocationStatus: "Timeout",
          InvokeStatus: "Failed",
          Parameters: {},
        },
      ],
    });
  });

  it("tells one result as an object", async () => {
    const parameters = { ...REGION, InstanceId: MACHINE, InvokeId: DEMO.invokeId };
    const { body } = await client.call("swas", "DescribeInvocationResult", parameters);
    expect(body).toEqual({
      RequestId: expect.any(String),
      InvocationResult: {
        InvokeId: "t-hz0bbbb0001",
        InstanceId: MACHINE,
        InvocationStatus: "Timeout",
        InvokeRecordStatus: "Failed",
        StartTime: "2026-01-02T03:04:06Z",
        FinishedTime: "2026-01-02T03:05:06Z",
        ExitCode: 0,
        Output: "cGFydAo=",
        ErrorCode: "ExecutionTimeout",
        ErrorInfo: "the command execution has been timeout",
        InvokeUser: "root",
      },
    });
  });

  it("lists the runs of a region with their records, a creation time without zone and plain output", async () => {
    const { body } = await client.call("swas", "DescribeCommandInvocations", { ...REGION, InvokeId: DEMO.invokeId });
    expect(body).toEqual({
      RequestId: expect.any(String),
      TotalCount: 1,
      PageNumber: 1,
      PageSize: 10,
      CommandInvocations: [
        {
          InvokeId: "t-hz0bbbb0001",
          CommandId: "c-hz0bbbb0001",
          CommandName: "demo",
          CommandType: "RunShellScript",
          CommandDescription: "",
          CommandContent: "ls",
          CreationTime: "2026-01-02T03:04:05",
          InvocationStatus: "Failed",
          Username: "root",
          WorkingDir: "/root",
          Timeout: 60,
          Parameters: "{}",
          InvokeInstances: [
            {
              InstanceId: MACHINE,
              StartTime: "2026-01-02T03:04:06Z",
              FinishTime: "2026-01-02T03:05:06Z",
              InvocationStatus: "Timeout",
              ExitCode: 0,
              Output: "part\n",
              ErrorCode: "ExecutionTimeout",
              ErrorInfo: "the command execution has been timeout",
            },
          ],
        },
      ],
    });
  });

  it("encodes output and command as base64 in a region that is set so", async () => {
    const { body } = await client.call("swas", "DescribeCommandInvocations", { RegionId: "cn-hongkong" });
    expect(body).toMatchObject({
      CommandInvocations: [
        { CommandContent: "bHM=", Parameters: '{"who":"Jack"}', InvokeInstances: [{ Output: "cGFydAo=" }] },
      ],
    });
  });

  it("ignores CommandName beside InstanceId, and filters by status and name without it", async () => {
    const total = async (filters: Record<string, string>) =>
      (
        (await client.call("swas", "DescribeCommandInvocations", { ...REGION, ...filters })).body as {
          TotalCount: number;
        }
      ).TotalCount;
    expect(await total({ CommandName: "second" })).toBe(1);
    expect(await total({ CommandName: "second", InstanceId: MACHINE })).toBe(1);
    expect(await total({ CommandName: "second", InvocationStatus: "Failed" })).toBe(0);
    expect(await total({ InvocationStatus: "Success" })).toBe(1);
  });

  it.each([
    ["DescribeInvocations", REGION, 400, "MissingParameter.InstanceId"],
    ["DescribeInvocations", { ...REGION, InstanceId: "nobody" }, 404, "InvalidInstanceId.NotFound"],
    ["DescribeInvocationResult", { ...REGION, InstanceId: MACHINE }, 400, "MissingParameter.InvokeId"],
    [
      "DescribeInvocationResult",
      { ...REGION, InstanceId: MACHINE, InvokeId: "t-none" },
      404,
      "InvalidInvokeId.NotFound",
    ],
    ["DescribeCommandInvocations", { ...REGION, PageSize: "51" }, 400, "InvalidParam.PageSize"],
    ["ListInstances", { ...REGION, PageSize: 101 }, 400, "InvalidParam.PageSize"],
    ["ListInstances", { ...REGION, InstanceIds: '["nobody"]' }, 500, "InternalError"],
    ["DescribeCommands", REGION, 400, "MissingParameter.Provider"],
    ["StopInvocation", { ...REGION, InvokeId: DEMO.invokeId }, 404, "InvalidAction.NotFound"],
  ])("refuses %s with %p", async (action, parameters, status, expected) => {
    expect(await code(action, parameters)).toEqual([status, expected]);
  });

  it("lists machines, and tells the agent's state as a flag", async () => {
    const machines = await client.call("swas", "ListInstances", {
      ...REGION,
      InstanceIds: JSON.stringify([MACHINE, "gone"]),
    });
    expect(machines.body).toMatchObject({ TotalCount: 1, Instances: [{ InstanceId: MACHINE, Status: "Running" }] });
    const status = await client.call("swas", "DescribeCloudAssistantStatus", {
      ...REGION,
      InstanceIds: `["${MACHINE}"]`,
    });
    expect(status.body).toMatchObject({ CloudAssistantStatus: [{ InstanceId: MACHINE, Status: true }] });
  });
});
