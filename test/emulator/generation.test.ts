import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator, Quirk } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);
const REGION = { RegionId: "cn-shanghai" };
const MACHINE = "ace0706b2ac4454d984295a942130001";

describe("older documents", () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  const body = async (action: string, parameters: Record<string, string | number | boolean> = {}) =>
    (await client.call("ecs", action, { ...REGION, ...parameters })).body;

  beforeEach(async () => {
    const world = createWorld({
      ecs: {
        "cn-shanghai": {
          invocations: [
            {
              invokeId: "t-1",
              commandId: "c-1",
              creationTime: "2018-01-05T07:45:00Z",
              instances: [
                { instanceId: "i-1", finishTime: "2018-01-05T07:45:02Z", output: "15:45:01\n" },
                { instanceId: "i-2", finishTime: "2018-01-05T07:40:02Z", output: "" },
              ],
            },
          ],
        },
      },
      swas: { "cn-shanghai": { invocations: [{ instances: [MACHINE] }] } },
    });
    emulator = createEmulator({ world, now: () => NOW });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => NOW });
  });
  afterEach(() => emulator.stop());

  it("2018: results with few members, local times and a status in every second record", async () => {
    emulator.setGeneration("2018");
    const results = {
      TotalCount: 2,
      PageNumber: 1,
      PageSize: 10,
      InvocationResults: {
        InvocationResult: [
          {
            FinishedTime: "2018-01-05 15:45:02",
            InstanceId: "i-1",
            Output: "MTU6NDU6MDEK",
            InvokeRecordStatus: "Finished",
            ExitCode: 0,
          },
          { FinishedTime: "2018-01-05 15:40:02", InstanceId: "i-2", Output: "", ExitCode: 0 },
        ],
      },
    };
    expect(await body("DescribeInvocationResults", { InvokeId: "t-1" })).toEqual({
      RequestId: expect.any(String),
      Invocation: results,
    });
    emulator.setGeneration("2018-unwrapped");
    expect(await body("DescribeInvocationResults", { InvokeId: "t-1" })).toEqual({
      RequestId: expect.any(String),
      ...results,
    });
  });

  it("2018: runs with lower-case statuses and no time", async () => {
    emulator.setGeneration("2018");
    expect(await body("DescribeInvocations", { MaxResults: 50, ContentEncoding: "PlainText" })).toEqual({
      RequestId: expect.any(String),
      TotalCount: 1,
      PageNumber: 1,
      PageSize: 10,
      Invocations: {
        Invocation: [
          {
            InvokeStatus: "success",
            InvokeId: "t-1",
            CommandName: "demo",
            CommandType: "RunShellScript",
            CommandId: "c-1",
            Frequency: "",
            Timed: false,
            InvokeInstances: {
              InvokeInstance: [
                { InstanceId: "i-1", InstanceInvokeStatus: "finished" },
                { InstanceId: "i-2", InstanceInvokeStatus: "finished" },
              ],
            },
          },
        ],
      },
    });
  });

  it("2018: pages of results hold at most twenty", async () => {
    emulator.setGeneration("2018");
    const answer = await client.call("ecs", "DescribeInvocationResults", { ...REGION, InvokeId: "t-1", PageSize: 50 });
    expect([answer.status, (answer.body as { Code: string }).Code]).toEqual([403, "InvalidParam.PageSize"]);
  });

  it("2020: no tokens, but statuses, errors and times", async () => {
    emulator.setGeneration("2020");
    const answer = await body("DescribeInvocationResults", { InvokeId: "t-1", MaxResults: 1 });
    const { Invocation } = answer as { Invocation: Record<string, unknown> };
    expect(Invocation).toMatchObject({
      TotalCount: 2,
      InvocationResults: { InvocationResult: [{ ErrorCode: "" }, {}] },
    });
    expect(Object.keys(Invocation)).not.toContain("NextToken");
  });

  it("2022: SWAS without DescribeCommandInvocations and without parameters", async () => {
    emulator.setGeneration("2022");
    const powerful = await client.call("swas", "DescribeCommandInvocations", REGION);
    expect([powerful.status, (powerful.body as { Code: string }).Code]).toEqual([404, "InvalidAction.NotFound"]);
    const list = await client.call("swas", "DescribeInvocations", { ...REGION, InstanceId: MACHINE });
    const [run] = (list.body as { Invocations: readonly object[] }).Invocations;
    expect(Object.keys(run ?? {})).toEqual([
      "InvokeId",
      "CommandName",
      "CommandType",
      "CommandContent",
      "CreationTime",
      "InvocationStatus",
      "InvokeStatus",
    ]);
  });

  it.each<[readonly Quirk[], object]>([
    [["numbers-as-text", "flags-as-text"], { Timeout: "60", Timed: "False" }],
    [["lower-case-statuses", "padded-statuses"], { InvocationStatus: " success", InvokeStatus: " finished" }],
    [["times-without-zone"], { CreationTime: "2018-01-05T07:45:00" }],
    [["times-without-seconds"], { CreationTime: "2018-01-05T07:45Z" }],
    [["times-with-blank"], { CreationTime: "2018-01-05 15:45:00" }],
    [["parameters-as-object"], { Parameters: {} }],
    [["empty-as-null"], { Frequency: null }],
    [["empty-as-blank"], { Frequency: " " }],
    [["empty-as-text"], { Tags: { Tag: "" } }],
    [["tags-misplaced"], { InvokeInstances: { Tags: [], InvokeInstance: expect.any(Array) } }],
    [["unknown-members"], { ExpectedSurprise: { Of: ["tomorrow"] } }],
  ])("odd shapes: %p", async (quirks, expected) => {
    emulator.setQuirks(quirks);
    const answer = (await body("DescribeInvocations")) as { Invocations: { Invocation: readonly object[] } };
    expect(answer.Invocations.Invocation[0]).toMatchObject(expected);
  });

  it("odd shapes: flat lists, and a list of one as the one", async () => {
    emulator.setQuirks(["single-as-object", "flat-lists"]);
    expect(await body("DescribeInvocations")).toMatchObject({
      Invocations: { Invocation: { InvokeId: "t-1", InvokeInstances: [{ InstanceId: "i-1" }, { InstanceId: "i-2" }] } },
    });
  });

  it("odd shapes: results without wrapper and ids", async () => {
    emulator.setQuirks(["unwrapped-results", "ids-missing"]);
    const answer = (await body("DescribeInvocationResults")) as {
      InvocationResults: { InvocationResult: readonly object[] };
    };
    expect(Object.keys(answer.InvocationResults.InvocationResult[0] ?? {})).not.toContain("InvokeId");
  });

  it("odd shapes: XML though JSON was asked for, with repeated elements for flat lists", async () => {
    emulator.setQuirks(["xml"]);
    const { headers, text } = await client.call("swas", "DescribeInvocations", { ...REGION, InstanceId: MACHINE });
    expect(headers.get("content-type")).toBe("text/xml;charset=utf-8");
    expect(text).toMatch(
      /<DescribeInvocationsResponse><RequestId>.*<Invocations><InvokeId>.*<\/Invocations><\/Describe/,
    );
  });
});
