import { describe, expect, it } from "@jest/globals";

import { fromGlobalId } from "#graph";
import { ask, EXECUTORS, failure, pageOf, stateOf, stubServices } from "./ask.ts";
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
    expect({ ref: fromGlobalId(run?.id ?? "").ref, run, errors }).toEqual({
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
          sources: [stateOf(ecs), stateOf(swas, error)],
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
    const projection = { output: true, content: false };
    expect(asked.calls).toEqual([["readInvocations", [{ source: ecs, invokeId: "t-1", projection }], projection]]);
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
