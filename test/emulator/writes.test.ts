import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Emulator } from "#emulator";
import { createEmulator, createWorld } from "#emulator";
import { createEmulatorClient, type EmulatorClient } from "../support/emulator-client.ts";

const REGION = { RegionId: "cn-hangzhou" };
const NOW = Date.UTC(2026, 0, 2, 4, 0, 0);

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
