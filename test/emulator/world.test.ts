import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "../support/emulator/index.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);
const REGION = { RegionId: "cn-hangzhou" };

describe("a world that is changed from outside", () => {
  let emulator: Emulator;
  let now = NOW;
  let client: EmulatorClient;
  const run = async (InvokeId: string) => {
    const parameters = { ...REGION, InvokeId, IncludeOutput: true, ContentEncoding: "PlainText" };
    const { body } = await client.call("ecs", "DescribeInvocations", parameters);
    const [first] = (body as { Invocations: { Invocation: readonly Record<string, unknown>[] } }).Invocations
      .Invocation;
    return first;
  };

  beforeEach(async () => {
    now = NOW;
    emulator = createEmulator({ world: createWorld({ ecs: { "cn-hangzhou": {} } }), now: () => now });
    const { url } = await emulator.start();
    client = createEmulatorClient({ url, now: () => now });
  });
  afterEach(() => emulator.stop());

  it("takes a running run, lets it print and end, and forgets it", async () => {
    const invokeId = emulator.world.addInvocation("ecs", "cn-hangzhou", {
      instances: ["i-1", { instanceId: "i-2", status: "Running", output: "step 1\n" }],
    });
    expect(await run(invokeId)).toMatchObject({
      InvocationStatus: "Running",
      CreationTime: "2026-01-02T04:00:00Z",
      InvokeInstances: { InvokeInstance: [{ Output: "ok\n" }, { Output: "step 1\n", FinishTime: "" }] },
    });
    emulator.world.updateRecord("ecs", "cn-hangzhou", invokeId, "i-2", { output: "step 1\nstep 2\n" });
    expect(await run(invokeId)).toMatchObject({
      InvokeInstances: { InvokeInstance: [{}, { Output: "step 1\nstep 2\n" }] },
    });
    now += 30_000;
    emulator.world.finishInvocation("ecs", "cn-hangzhou", invokeId, { exitCode: 2, output: "failed\n" });
    expect(await run(invokeId)).toMatchObject({
      InvocationStatus: "PartialFailed",
      InvokeInstances: {
        InvokeInstance: [
          { InvocationStatus: "Success", FinishTime: "2026-01-02T04:00:03Z" },
          { InvocationStatus: "Failed", ExitCode: 2, FinishTime: "2026-01-02T04:00:30Z", ErrorCode: "ExitCodeNonzero" },
        ],
      },
    });
    emulator.world.removeInvocation("ecs", "cn-hangzhou", invokeId);
    expect([await run(invokeId), emulator.world.invokeIds("ecs", "cn-hangzhou")]).toEqual([undefined, []]);
  });

  it("takes words and members that no document knows", async () => {
    const invokeId = emulator.world.addInvocation("ecs", "cn-hangzhou", {
      instances: [{ instanceId: "i-1", status: "Suspended", wire: { ExitCode: "" } }],
      wire: { InvokeStatus: undefined, Surprise: 1 },
    });
    const found = await run(invokeId);
    expect(found).toMatchObject({
      Surprise: 1,
      InvokeInstances: { InvokeInstance: [{ InvocationStatus: "Suspended", ExitCode: "" }] },
    });
    expect(Object.keys(found ?? {})).not.toContain("InvokeStatus");
  });

  it("takes and releases machines, and keeps the runs of one that is gone", async () => {
    const invokeId = emulator.world.addInvocation("ecs", "cn-hangzhou", { instances: ["i-1"] });
    emulator.world.addInstance("ecs", "cn-hangzhou", { instanceId: "i-2", name: "second" });
    emulator.world.removeInstance("ecs", "cn-hangzhou", "i-1");
    const { body } = await client.call("ecs", "DescribeInstances", REGION);
    expect(body).toMatchObject({
      TotalCount: 1,
      Instances: { Instance: [{ InstanceId: "i-2", InstanceName: "second" }] },
    });
    expect(await run(invokeId)).toMatchObject({ InvokeId: invokeId });
  });

  it("says what it does not have", () => {
    expect(() => emulator.world.removeInvocation("ecs", "cn-hangzhou", "t-none")).toThrow("the world has no t-none");
    expect(() => emulator.world.addInvocation("swas", "cn-hangzhou", {})).toThrow("the world has no cn-hangzhou");
  });

  it("keeps earlier executions of a repeated run, newest first", async () => {
    const invokeId = emulator.world.addInvocation("ecs", "cn-hangzhou", {
      frequency: "0 */5 * * * *",
      creationTime: "2026-01-02T03:00:00Z",
      instances: [
        {
          instanceId: "i-1",
          status: "Running",
          startTime: "2026-01-02T03:10:00Z",
          repeats: 3,
          history: [
            { startTime: "2026-01-02T03:05:00Z", repeats: 2, exitCode: 1 },
            { startTime: "2026-01-02T03:00:00Z", repeats: 1 },
          ],
        },
      ],
    });
    const { body } = await client.call("ecs", "DescribeInvocationResults", {
      ...REGION,
      InvokeId: invokeId,
      IncludeHistory: true,
    });
    expect(body).toMatchObject({
      Invocation: {
        TotalCount: 3,
        InvocationResults: {
          InvocationResult: [
            { InvocationStatus: "Running", Repeats: 3, StartTime: "2026-01-02T03:10:00Z" },
            { InvocationStatus: "Failed", Repeats: 2, FinishedTime: "2026-01-02T03:05:02Z" },
            { InvocationStatus: "Success", Repeats: 1, FinishedTime: "2026-01-02T03:00:02Z" },
          ],
        },
      },
    });
  });
});
