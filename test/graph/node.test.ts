import { describe, expect, it } from "@jest/globals";

import { type NodeRef, toGlobalId } from "#graph";
import { ask, EXECUTORS, failure, stubServices } from "./ask.ts";
import { anInstance, anInstanceInvocation, anInvocation, aResult, ecs, printed } from "./records.ts";

const RUN = toGlobalId({ type: "Invocation", source: ecs, invokeId: "t-1" });
const ROW = toGlobalId({ type: "InstanceInvocation", source: ecs, invokeId: "t-1", instanceId: "i-1" });
const RESULT = resultId("i-1");
const SERVER = toGlobalId({ type: "Instance", source: ecs, instanceId: "i-1" });

function resultId(instanceId: string, execution: string | null = null): string {
  const ref: NodeRef = { type: "InvocationResult", source: ecs, invokeId: "t-1", instanceId, execution };
  return toGlobalId(ref);
}

const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) {
  __typename id
  ... on Invocation { status }
  ... on InstanceInvocation { instanceId result { output { text } } invocation { status } }
  ... on InvocationResult { output { text } }
  ... on Instance { name osName }
} }`;

describe.each(EXECUTORS)("with %s, a node", (executor) => {
  it("of each type is found again by the id that it gave out", async () => {
    const asked = stubServices({
      readInvocations: async (refs) => refs.map(() => anInvocation()),
      readResults: async (refs) => refs.map((ref) => aResult({ ...ref })),
      readInstances: async (refs) => refs.map(() => anInstance()),
    });
    const answer = await ask(asked, NODES, { ids: [RUN, ROW, RESULT, SERVER] }, executor);
    expect(answer).toEqual({
      data: {
        nodes: [
          { __typename: "Invocation", id: RUN, status: "SUCCESS" },
          {
            __typename: "InstanceInvocation",
            id: ROW,
            instanceId: "i-1",
            result: { output: { text: "ok\n" } },
            invocation: { status: "SUCCESS" },
          },
          { __typename: "InvocationResult", id: RESULT, output: { text: "ok\n" } },
          { __typename: "Instance", id: SERVER, name: "web-1", osName: "Debian 13" },
        ],
      },
    });
    // The row and the result are the same execution: one read serves both.
    expect(asked.calls.map(([method]) => method)).toEqual(["readInvocations", "readResults", "readInstances"]);
  });

  it("is asked for together with the others of its kind, and once where its id comes twice", async () => {
    const asked = stubServices({ readResults: async (refs) => refs.map((ref) => aResult({ ...ref })) });
    const ids = [resultId("i-1"), resultId("i-2"), resultId("i-1")];
    const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { instanceId } } }";
    expect(await ask(asked, query, { ids }, executor)).toEqual({
      data: { nodes: [{ instanceId: "i-1" }, { instanceId: "i-2" }, { instanceId: "i-1" }] },
    });
    const projection = { output: false, content: false };
    const key = { source: ecs, invokeId: "t-1", execution: null, projection };
    expect(asked.calls).toEqual([
      [
        "readResults",
        [
          { ...key, instanceId: "i-1" },
          { ...key, instanceId: "i-2" },
        ],
        projection,
      ],
    ]);
  });

  it("wants only what is selected on its own type", async () => {
    const asked = stubServices({ readResults: async (refs) => refs.map((ref) => aResult({ ...ref })) });
    const query = `query ($id: ID!) { node(id: $id) {
      ... on InstanceInvocation { result { output { text } } } ... on Node { ... on InvocationResult { exitCode } } } }`;
    await ask(asked, query, { id: RESULT }, executor);
    expect(asked.calls.map(([, , projection]) => projection)).toEqual([{ output: false, content: false }]);
  });

  it("that is an execution of the past is asked for as that execution", async () => {
    const asked = stubServices({ readResults: async (refs) => refs.map((ref) => aResult({ ...ref })) });
    const id = resultId("i-1", "2026-01-01T00:00:00Z");
    const answer = await ask(asked, "query ($id: ID!) { node(id: $id) { id } }", { id }, executor);
    expect(answer).toEqual({ data: { node: { id } } });
    expect(asked.calls[0]?.[1]).toEqual([expect.objectContaining({ execution: "2026-01-01T00:00:00Z" })]);
  });

  it("is null where it is gone", async () => {
    const asked = stubServices({
      readInvocations: async (refs) =>
        refs.map(({ invokeId }) =>
          invokeId === "t-1" ? anInvocation({ instances: [anInstanceInvocation({ instanceId: "i-2" })] }) : null,
        ),
      readResults: async (refs) => refs.map(() => null),
      readInstances: async (refs) => refs.map(() => null),
    });
    const goneRun = toGlobalId({ type: "Invocation", source: ecs, invokeId: "t-9" });
    expect(await ask(asked, NODES, { ids: [goneRun, ROW, RESULT, SERVER] }, executor)).toEqual({
      data: { nodes: [null, null, null, null] },
    });
  });

  it("of an account or region that is configured no more is null, without a call", async () => {
    const asked = stubServices({});
    const ids = [
      toGlobalId({ type: "Invocation", source: { ...ecs, account: "former" }, invokeId: "t-1" }),
      toGlobalId({ type: "Instance", source: { ...ecs, regionId: "cn-former" }, instanceId: "i-1" }),
    ];
    expect(await ask(asked, NODES, { ids }, executor)).toEqual({ data: { nodes: [null, null] } });
    expect(asked.calls).toEqual([]);
  });

  it("that fails, or whose id is damaged, costs its own place only", async () => {
    const asked = stubServices({
      readResults: async (refs) => refs.map((ref) => (ref.instanceId === "i-1" ? failure() : aResult({ ...ref }))),
    });
    const ids = [resultId("i-1"), "damaged", resultId("i-2")];
    const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { instanceId } } }";
    expect(await ask(asked, query, { ids }, executor)).toEqual({
      data: { nodes: [null, null, { instanceId: "i-2" }] },
      errors: [
        { path: ["nodes", 0], code: "TIMEOUT" },
        { path: ["nodes", 1], code: "BAD_USER_INPUT" },
      ],
    });
  });

  it("is refused without a call where its id is damaged", async () => {
    const asked = stubServices({});
    expect(await ask(asked, `{ node(id: "${RUN}A") { id } }`, {}, executor)).toEqual({
      data: { node: null },
      errors: [{ path: ["node"], code: "BAD_USER_INPUT" }],
    });
    expect(asked.calls).toEqual([]);
  });

  it("comes with at most 99 others", async () => {
    const asked = stubServices({});
    const ids = Array.from({ length: 101 }, () => RUN);
    expect(await ask(asked, NODES, { ids }, executor)).toEqual({
      data: null,
      errors: [{ path: ["nodes"], code: "BAD_USER_INPUT" }],
    });
    expect(asked.calls).toEqual([]);
  });

  it("that is a run brings its outputs along where they are selected", async () => {
    const run = anInvocation({ instances: [anInstanceInvocation({ output: printed("ok") })] });
    const asked = stubServices({ readInvocations: async () => [run] });
    const query = `query ($id: ID!) { node(id: $id) { ... on Invocation {
      instanceInvocations { nodes { result { output { text } } } } } } }`;
    expect(await ask(asked, query, { id: RUN }, executor)).toEqual({
      data: { node: { instanceInvocations: { nodes: [{ result: { output: { text: "ok" } } }] } } },
    });
    expect(asked.calls.map(([method, , projection]) => [method, projection])).toEqual([
      ["readInvocations", { output: true, content: false }],
    ]);
  });
});
