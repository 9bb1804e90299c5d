import { describe, expect, it } from "@jest/globals";

import { ask, EXECUTORS, pageOf, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation } from "./records.ts";

describe.each(EXECUTORS)("with %s, a run", (executor) => {
  it("says of each instance what its record says, at no further cost", async () => {
    const row = anInstanceInvocation({
      status: "ERROR",
      rawStatus: "Error",
      stopTime: "2026-01-02T03:04:06.000Z",
      exitCode: 4_294_967_295,
      error: { code: "InstanceNotRunning", info: "the instance is not running" },
      repeats: 3,
      ossDelivery: { status: "Finished", uri: "oss://b/o", errorCode: null, errorInfo: null },
    });
    const asked = stubServices({ readInvocations: async () => [anInvocation({ instances: [row] })] });
    const answer = await ask(
      asked,
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { instanceInvocations { totalCount nodes {
        provider account regionId invokeId instanceId status rawStatus isFinal creationTime startTime finishTime stopTime
        updateTime durationMs exitCode repeats error { code class info } invocation { invokeId }
        result { invokeId instanceId commandId status rawStatus isFinal startTime finishTime stopTime durationMs exitCode
          repeats username error { code } ossDelivery { status uri errorCode errorInfo } }
      } } } }`,
      {},
      executor,
    );
    const shared = {
      invokeId: "t-1",
      instanceId: "i-1",
      status: "ERROR",
      rawStatus: "Error",
      isFinal: true,
      startTime: "2026-01-02T03:04:05.000Z",
      finishTime: "2026-01-02T03:04:07.500Z",
      stopTime: "2026-01-02T03:04:06.000Z",
      durationMs: 2500,
      exitCode: 4_294_967_295,
      repeats: 3,
    };
    const node = {
      ...shared,
      provider: "ECS",
      account: "default",
      regionId: "cn-hangzhou",
      creationTime: "2026-01-02T03:04:04.000Z",
      updateTime: "2026-01-02T03:04:08.000Z",
      error: { code: "InstanceNotRunning", class: "INSTANCE", info: "the instance is not running" },
      invocation: { invokeId: "t-1" },
      result: {
        ...shared,
        commandId: "c-1",
        username: "root",
        error: { code: "InstanceNotRunning" },
        ossDelivery: { status: "Finished", uri: "oss://b/o", errorCode: null, errorInfo: null },
      },
    };
    expect(answer).toEqual({ data: { invocation: { instanceInvocations: { totalCount: 1, nodes: [node] } } } });
    expect(asked.calls.map(([method]) => method)).toEqual(["readInvocations"]);
  });

  it.each([
    ["the end is missing", { finishTime: null }],
    ["the start is missing", { startTime: null }],
    ["the end lies before the start", { finishTime: "2026-01-02T03:04:04.999Z" }],
  ])("has no duration on an instance where %s", async (_name, overrides) => {
    const run = anInvocation({ instances: [anInstanceInvocation(overrides)] });
    const asked = stubServices({ pageInvocations: async () => pageOf([run]) });
    const query = "{ invocations { nodes { instanceInvocations { nodes { durationMs } } } } }";
    expect(await ask(asked, query, {}, executor)).toEqual({
      data: { invocations: { nodes: [{ instanceInvocations: { nodes: [{ durationMs: null }] } }] } },
    });
  });

  it.each([
    ["within a second", "2026-01-02T03:04:05.001Z", "2026-01-02T03:04:05.999Z", 998],
    ["over midnight", "2026-01-31T23:59:59.500Z", "2026-02-01T00:00:00.250Z", 750],
    ["over weeks", "2026-01-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z", 5_097_600_000],
    ["not at all", "2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.000Z", 0],
  ])("has a duration on an instance that ran %s", async (_name, startTime, finishTime, durationMs) => {
    const run = anInvocation({ instances: [anInstanceInvocation({ startTime, finishTime })] });
    const asked = stubServices({ pageInvocations: async () => pageOf([run]) });
    const query = "{ invocations { nodes { instanceInvocations { nodes { durationMs } } } } }";
    expect(await ask(asked, query, {}, executor)).toEqual({
      data: { invocations: { nodes: [{ instanceInvocations: { nodes: [{ durationMs }] } }] } },
    });
  });
});
