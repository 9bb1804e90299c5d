import { describe, expect, it } from "@jest/globals";

import { fromGlobalId } from "#graph";
import { ask, EXECUTORS, failure, pageOf, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation, ecs, printed, swas } from "./records.ts";

describe.each(EXECUTORS)("with %s, a run", (executor) => {
  it("says everything that its record says", async () => {
    const asked = stubServices({
      pageInvocations: async () =>
        pageOf([
          anInvocation({
            source: swas,
            command: {
              commandId: "c-9",
              name: "clean",
              description: "cleans up",
              type: "RUN_POWERSHELL_SCRIPT",
              content: Buffer.from("Remove-Item x"),
            },
            status: "PARTIAL_FAILED",
            rawStatus: "PartialFailed",
            parameters: { name: "x", depth: { of: [1, 2] } },
            timed: true,
            repeatMode: "Period",
            frequency: "0 0 3 * * ? Asia/Shanghai",
            tags: [{ key: "team", value: "ops" }],
            containerId: "0123",
            containerName: "web",
            launcher: "python3 -u {{ACS::ScriptFileName|Ext('.py')}}",
            terminationMode: "ProcessTree",
            ossOutputDelivery: "oss://bucket/prefix",
            instances: [
              anInstanceInvocation({ instanceId: "i-3", status: "FAILED" }),
              anInstanceInvocation({ instanceId: "i-1", status: "SUCCESS" }),
              anInstanceInvocation({ instanceId: "i-2", status: "SUCCESS" }),
            ],
          }),
        ]),
    });
    const { data, errors } = await ask(
      asked,
      `{ invocations { nodes {
        id provider account regionId invokeId status rawStatus isFinal creationTime parameters timed repeatMode frequency
        timeoutSeconds username workingDir containerId containerName launcher terminationMode ossOutputDelivery
        command { commandId name description type content contentBase64 } tags { key value } statusCounts { status count }
      } } }`,
      {},
      executor,
    );
    const [run] = (data as { invocations: { nodes: { id: string }[] } }).invocations.nodes;
    expect({ ref: fromGlobalId(run?.id ?? ""), run, errors }).toEqual({
      ref: { type: "Invocation", source: swas, invokeId: "t-1" },
      run: {
        id: expect.any(String),
        provider: "SWAS",
        account: "default",
        regionId: "cn-beijing",
        invokeId: "t-1",
        status: "PARTIAL_FAILED",
        rawStatus: "PartialFailed",
        isFinal: true,
        creationTime: "2026-01-02T03:04:04.000Z",
        parameters: { name: "x", depth: { of: [1, 2] } },
        timed: true,
        repeatMode: "Period",
        frequency: "0 0 3 * * ? Asia/Shanghai",
        timeoutSeconds: 60,
        username: "root",
        workingDir: "/root",
        containerId: "0123",
        containerName: "web",
        launcher: "python3 -u {{ACS::ScriptFileName|Ext('.py')}}",
        terminationMode: "ProcessTree",
        ossOutputDelivery: "oss://bucket/prefix",
        command: {
          commandId: "c-9",
          name: "clean",
          description: "cleans up",
          type: "RUN_POWERSHELL_SCRIPT",
          content: "Remove-Item x",
          contentBase64: "UmVtb3ZlLUl0ZW0geA==",
        },
        tags: [{ key: "team", value: "ops" }],
        statusCounts: [
          { status: "SUCCESS", count: 2 },
          { status: "FAILED", count: 1 },
        ],
      },
    });
  });

  it("stands in its page with cursors, page info and the state of every source", async () => {
    const { code, message, ...told } = failure(swas);
    const error = { ...told, code, message, upstreamCode: "Throttling.User", httpStatus: 400, retryAfterMs: 60_000 };
    const asked = stubServices({
      pageInvocations: async () =>
        pageOf([anInvocation({ invokeId: "t-1" }), anInvocation({ invokeId: "t-2" })], {
          hasNextPage: true,
          totalCount: 7,
          isScanComplete: false,
          sources: [
            { source: ecs, error: null },
            { source: swas, error },
          ],
        }),
    });
    const answer = await ask(
      asked,
      `{ invocations(first: 2) {
        edges { cursor node { invokeId } } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor isScanComplete }
        sources { provider account regionId ok
          error { code message upstreamCode httpStatus requestId retryable retryAfterMs } }
      } }`,
      {},
      executor,
    );
    expect(answer).toEqual({
      data: {
        invocations: {
          edges: [
            { cursor: "cursor-0", node: { invokeId: "t-1" } },
            { cursor: "cursor-1", node: { invokeId: "t-2" } },
          ],
          totalCount: 7,
          pageInfo: {
            hasNextPage: true,
            hasPreviousPage: false,
            startCursor: "cursor-0",
            endCursor: "cursor-1",
            isScanComplete: false,
          },
          sources: [
            { provider: "ECS", account: "default", regionId: "cn-hangzhou", ok: true, error: null },
            {
              provider: "SWAS",
              account: "default",
              regionId: "cn-beijing",
              ok: false,
              error: {
                code: "TIMEOUT",
                message: "The upstream did not answer in time.",
                upstreamCode: "Throttling.User",
                httpStatus: 400,
                requestId: null,
                retryable: true,
                retryAfterMs: 60_000,
              },
            },
          ],
        },
      },
    });
  });

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

  it("asks once for itself and its outputs where the upstream gives both", async () => {
    const run = anInvocation({ instances: [anInstanceInvocation({ output: printed("ok\n") })] });
    const asked = stubServices({ readInvocations: async () => [run] });
    const answer = await ask(
      asked,
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") {
        instanceInvocations { nodes { result { output { text } } } } } }`,
      {},
      executor,
    );
    expect(answer).toEqual({
      data: { invocation: { instanceInvocations: { nodes: [{ result: { output: { text: "ok\n" } } }] } } },
    });
    const wants = { output: true, content: false };
    expect(asked.calls).toEqual([["readInvocations", [{ source: ecs, invokeId: "t-1", wants }], wants]]);
  });

  it("is null where it does not exist, and null with its error where it cannot be read", async () => {
    const asked = stubServices({
      readInvocations: async (refs) => refs.map(({ invokeId }) => (invokeId === "t-gone" ? null : failure())),
    });
    const answer = await ask(
      asked,
      `{ gone: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-gone") { status }
         dark: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-dark") { status } }`,
      {},
      executor,
    );
    expect(answer).toEqual({ data: { gone: null, dark: null }, errors: [{ path: ["dark"], code: "TIMEOUT" }] });
    expect(asked.calls.map(([method]) => method)).toEqual(["readInvocations"]);
  });

  it.each([
    [`provider: ECS, regionId: "cn-nowhere", invokeId: "t-1"`],
    [`provider: SWAS, regionId: "cn-hangzhou", invokeId: "t-1"`],
    [`provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1", account: "nobody"`],
    [`provider: ECS, regionId: "cn-hangzhou", invokeId: " "`],
  ])("is refused without a call where its words fit nothing: %s", async (words) => {
    const asked = stubServices({});
    expect(await ask(asked, `{ invocation(${words}) { status } }`, {}, executor)).toEqual({
      data: { invocation: null },
      errors: [{ path: ["invocation"], code: "BAD_USER_INPUT" }],
    });
    expect(asked.calls).toEqual([]);
  });
});
