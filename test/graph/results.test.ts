import { describe, expect, it } from "@jest/globals";

import type { InvocationResult, ResultRef } from "#domain";
import { ask, EXECUTORS, failure, pageOf, stubServices } from "./ask.ts";
import { anInstanceInvocation, anInvocation, aResult, ecs, printed, swas } from "./records.ts";

const OUTPUTS = "{ invocations { nodes { instanceInvocations { nodes { instanceId result { output { text } } } } } } }";

function runOf(invokeId: string, instanceIds: readonly string[], overrides = {}) {
  const instances = instanceIds.map((instanceId) => anInstanceInvocation({ invokeId, instanceId, ...overrides }));
  return anInvocation({ invokeId, instances });
}

function answerAll(refs: readonly ResultRef[]): Promise<readonly InvocationResult[]> {
  return Promise.resolve(
    refs.map((ref) => aResult({ ...ref, output: printed(`${ref.invokeId} on ${ref.instanceId}`) })),
  );
}

function idsOf(call: readonly unknown[] | undefined): string[] {
  return ((call?.[1] ?? []) as ResultRef[]).map(({ invokeId, instanceId }) => `${invokeId}/${instanceId}`);
}

describe.each(EXECUTORS)("with %s, outputs", (executor) => {
  it("of all runs of a page are asked for together", async () => {
    const asked = stubServices({
      pageInvocations: async () => pageOf([runOf("t-1", ["i-2", "i-1"]), runOf("t-2", ["i-1"])]),
      readResults: answerAll,
    });
    expect(await ask(asked, OUTPUTS, {}, executor)).toEqual({
      data: {
        invocations: {
          nodes: [
            {
              instanceInvocations: {
                nodes: [
                  { instanceId: "i-1", result: { output: { text: "t-1 on i-1" } } },
                  { instanceId: "i-2", result: { output: { text: "t-1 on i-2" } } },
                ],
              },
            },
            { instanceInvocations: { nodes: [{ instanceId: "i-1", result: { output: { text: "t-2 on i-1" } } }] } },
          ],
        },
      },
    });
    expect(asked.calls.map(([method]) => method)).toEqual(["pageInvocations", "readResults"]);
    expect(idsOf(asked.calls[1])).toEqual(["t-1/i-1", "t-1/i-2", "t-2/i-1"]);
    expect(asked.calls[1]?.[2]).toEqual({ output: true, content: false });
  });

  it("that came with the list are not asked for, nor is it asked again where there is none yet", async () => {
    const run = anInvocation({
      instances: [
        anInstanceInvocation({ instanceId: "i-1", output: printed("here") }),
        anInstanceInvocation({ instanceId: "i-2", output: null }),
      ],
    });
    const asked = stubServices({ pageInvocations: async () => pageOf([run]) });
    expect(await ask(asked, OUTPUTS, {}, executor)).toEqual({
      data: {
        invocations: {
          nodes: [
            {
              instanceInvocations: {
                nodes: [
                  { instanceId: "i-1", result: { output: { text: "here" } } },
                  { instanceId: "i-2", result: { output: null } },
                ],
              },
            },
          ],
        },
      },
    });
    expect(asked.calls.map(([method]) => method)).toEqual(["pageInvocations"]);
  });

  it("are asked for only on the page of instances that is shown", async () => {
    const asked = stubServices({
      pageInvocations: async () => pageOf([runOf("t-1", ["i-1", "i-2", "i-3"])]),
      readResults: answerAll,
    });
    const query =
      "{ invocations { nodes { instanceInvocations(first: 1) { totalCount nodes { result { output { text } } } } } } }";
    await ask(asked, query, {}, executor);
    expect(idsOf(asked.calls[1])).toEqual(["t-1/i-1"]);
  });

  it("that cannot be read cost their own place only", async () => {
    const asked = stubServices({
      pageInvocations: async () => pageOf([runOf("t-1", ["i-1", "i-2", "i-3"])]),
      readResults: async (refs) =>
        refs.map((ref) =>
          ref.instanceId === "i-1" ? failure() : ref.instanceId === "i-2" ? null : aResult({ ...ref }),
        ),
    });
    expect(await ask(asked, OUTPUTS, {}, executor)).toEqual({
      data: {
        invocations: {
          nodes: [
            {
              instanceInvocations: {
                nodes: [
                  { instanceId: "i-1", result: { output: null } },
                  { instanceId: "i-2", result: { output: null } },
                  { instanceId: "i-3", result: { output: { text: "ok\n" } } },
                ],
              },
            },
          ],
        },
      },
      errors: [
        { path: ["invocations", "nodes", 0, "instanceInvocations", "nodes", 0, "result", "output"], code: "TIMEOUT" },
      ],
    });
  });
});

describe.each(EXECUTORS)("with %s, a record that knows no more than its state", (executor) => {
  const bare = { source: swas, isComplete: false, startTime: null, finishTime: null, exitCode: null };
  const page = async () => pageOf([{ ...runOf("t-1", ["i-1"], bare), source: swas }]);

  it("is enough where only the state is selected", async () => {
    const asked = stubServices({ pageInvocations: page });
    const query = "{ invocations { nodes { instanceInvocations { nodes { status result { status } } } } } }";
    expect(await ask(asked, query, {}, executor)).toEqual({
      data: {
        invocations: {
          nodes: [{ instanceInvocations: { nodes: [{ status: "SUCCESS", result: { status: "SUCCESS" } }] } }],
        },
      },
    });
    expect(asked.calls.map(([method]) => method)).toEqual(["pageInvocations"]);
  });

  it.each(["startTime", "finishTime", "stopTime", "durationMs", "exitCode", "error { code }", "repeats"])(
    "is completed by the result where %s is selected",
    async (field) => {
      const asked = stubServices({ pageInvocations: page, readResults: answerAll });
      await ask(asked, `{ invocations { nodes { instanceInvocations { nodes { ${field} } } } } }`, {}, executor);
      const projection = { output: false, content: false };
      expect(asked.calls[1]).toEqual([
        "readResults",
        [{ source: swas, invokeId: "t-1", instanceId: "i-1", execution: null, projection }],
        projection,
      ]);
    },
  );

  it("tells times and exit code from the loaded result", async () => {
    const asked = stubServices({ pageInvocations: page, readResults: answerAll });
    const query =
      "{ invocations { nodes { instanceInvocations { nodes { durationMs exitCode result { exitCode } } } } } }";
    expect(await ask(asked, query, {}, executor)).toEqual({
      data: {
        invocations: {
          nodes: [{ instanceInvocations: { nodes: [{ durationMs: 2500, exitCode: 0, result: { exitCode: 0 } }] } }],
        },
      },
    });
  });

  it("has errors in place of what could not be read, and its state", async () => {
    const asked = stubServices({ pageInvocations: page, readResults: async () => Promise.reject(failure(swas)) });
    const query = "{ invocations { nodes { instanceInvocations { nodes { status exitCode } } } } }";
    expect(await ask(asked, query, {}, executor)).toEqual({
      data: { invocations: { nodes: [{ instanceInvocations: { nodes: [{ status: "SUCCESS", exitCode: null }] } }] } },
      errors: [{ path: ["invocations", "nodes", 0, "instanceInvocations", "nodes", 0, "exitCode"], code: "TIMEOUT" }],
    });
  });
});

describe.each(EXECUTORS)("with %s, results across runs", (executor) => {
  it("are one page of their source", async () => {
    const asked = stubServices({
      pageResults: async () =>
        pageOf([aResult({ invokeId: "t-2", commandId: null }), aResult({ invokeId: "t-1", execution: "x" })]),
    });
    const answer = await ask(
      asked,
      `{ invocationResults(first: 2, filter: {
          provider: ECS, regionId: "cn-hangzhou", instanceId: "i-1", invokeId: null, statusIn: [FAILED], includeHistory: false
        }) { totalCount nodes { invokeId commandId output { text } } sources { ok } } }`,
      {},
      executor,
    );
    expect(answer).toEqual({
      data: {
        invocationResults: {
          totalCount: null,
          nodes: [
            { invokeId: "t-2", commandId: null, output: { text: "ok\n" } },
            { invokeId: "t-1", commandId: "c-1", output: { text: "ok\n" } },
          ],
          sources: [{ ok: true }],
        },
      },
    });
    expect(asked.calls).toEqual([
      [
        "pageResults",
        { first: 2 },
        { source: ecs, instanceId: "i-1", statusIn: ["FAILED"], includeHistory: false },
        { output: true, content: false, totalCount: true },
      ],
    ]);
  });

  it.each([
    [`provider: ECS, regionId: "cn-hangzhou"`],
    [`provider: ECS, regionId: "cn-hangzhou", invokeId: ""`],
    [`provider: ECS, regionId: "cn-nowhere", invokeId: "t-1"`],
  ])("are refused without a call where the filter fits nothing: %s", async (filter) => {
    const asked = stubServices({});
    expect(await ask(asked, `{ invocationResults(filter: { ${filter} }) { totalCount } }`, {}, executor)).toEqual({
      data: { invocationResults: null },
      errors: [{ path: ["invocationResults"], code: "BAD_USER_INPUT" }],
    });
    expect(asked.calls).toEqual([]);
  });
});
