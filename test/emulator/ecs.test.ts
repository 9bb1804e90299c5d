import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
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

describe("ECS", () => {
  let emulator: Emulator;
  let client: EmulatorClient;

  beforeEach(async () => {
    const world = createWorld({
      ecs: {
        "cn-hangzhou": { localName: "华东1（杭州）", invocations: [DEMO] },
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
