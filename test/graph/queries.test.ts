import { describe, expect, it } from "@jest/globals";

import { toGlobalId } from "../../src/graph/declarations/index.ts";
import { ask, EXECUTORS, failure, pageOf, stateOf, stubServices } from "./ask.ts";
import { anInstance, anInvocation, ecs, swas } from "./records.ts";

describe.each(EXECUTORS)("with %s, the list of runs", (executor) => {
  it("passes paging and filter on, as the domain spells them", async () => {
    const asked = stubServices({ pageInvocations: async () => pageOf([]) });
    await ask(
      asked,
      `{ invocations(first: 7, after: "c", last: null, filter: {
        providerIn: [ECS], regionIdIn: [], accountIn: null, statusIn: [FAILED, UNKNOWN], invokeId: "t-1", commandId: "c-1",
        commandName: "up", commandType: RUN_BAT_SCRIPT, instanceId: "i-1", timed: false,
        createdAfter: "2026-01-02T00:00:00Z", createdBefore: "2026-01-03T00:00:00Z"
      }) { pageInfo { hasNextPage } } }`,
      {},
      executor,
    );
    expect(asked.calls).toEqual([
      [
        "pageInvocations",
        { first: 7, after: "c", last: null },
        {
          providerIn: ["ECS"],
          regionIdIn: [],
          statusIn: ["FAILED", "UNKNOWN"],
          invokeId: "t-1",
          commandId: "c-1",
          commandName: "up",
          commandType: "RUN_BAT_SCRIPT",
          instanceId: "i-1",
          timed: false,
          createdAfter: "2026-01-02T00:00:00.000Z",
          createdBefore: "2026-01-03T00:00:00.000Z",
        },
        { output: false, content: false, totalCount: false },
      ],
    ]);
  });

  it("is null with a top-level error where nothing could be had", async () => {
    const asked = stubServices({ pageInvocations: async () => Promise.reject(failure()) });
    expect(await ask(asked, "{ invocations { totalCount } sources { ok } }", {}, executor)).toEqual({
      data: { invocations: null, sources: [{ ok: true }, { ok: true }] },
      errors: [{ path: ["invocations"], code: "TIMEOUT" }],
    });
  });

  it("refuses a blank text, which an upstream could take for no filter", async () => {
    const asked = stubServices({});
    expect(await ask(asked, `{ invocations(filter: { invokeId: " " }) { totalCount } }`, {}, executor)).toEqual({
      data: { invocations: null },
      errors: [{ path: ["invocations"], code: "BAD_USER_INPUT" }],
    });
    expect(asked.calls).toEqual([]);
  });
});

describe.each(EXECUTORS)("with %s, a text that no id or name can be", (executor) => {
  const place = (ids: string) => `provider: ECS, regionId: "cn-hangzhou", ${ids}`;
  const id = (text: string) => toGlobalId({ type: "Invocation", source: ecs, invokeId: text });
  const questions: readonly (readonly [string, string, (text: string) => string])[] = [
    ...["invokeId", "commandId", "commandName", "instanceId", "resourceGroupId", "commandNameContains"].map(
      (name) =>
        [name, "invocations", (text: string) => `invocations(filter: { ${name}: "${text}" }) { totalCount }`] as const,
    ),
    ["errorCodeIn", "invocations", (text) => `invocations(filter: { errorCodeIn: ["a", "${text}"] }) { totalCount }`],
    ["a run", "invocation", (text) => `invocation(${place(`invokeId: "${text}"`)}) { id }`],
    ["a server", "instance", (text) => `instance(${place(`instanceId: "${text}"`)}) { id }`],
    ["servers", "instances", (text) => `instances(filter: { nameContains: "${text}" }) { totalCount }`],
    [
      "results",
      "invocationResults",
      (text) => `invocationResults(filter: { ${place(`commandId: "${text}"`)} }) { totalCount }`,
    ],
    ["lookup", "lookup", (text) => `lookup(by: { invokeId: "${text}" }) { id }`],
    ["node", "node", (text) => `node(id: "${id(text)}") { id }`],
  ];

  it.each(questions)("is refused before anybody is asked: %s", async (_name, field, toQuery) => {
    const asked = stubServices({});
    expect(await ask(asked, `{ ${toQuery("t".repeat(257))} }`, {}, executor)).toEqual({
      data: { [field]: null },
      errors: [{ path: [field], code: "BAD_USER_INPUT" }],
    });
    expect(asked.calls).toEqual([]);
  });
});

describe.each(EXECUTORS)("with %s, a server", (executor) => {
  it("says what its record says, and what ran on it by the upstream's own filter", async () => {
    const asked = stubServices({
      readInstances: async () => [anInstance({ source: swas })],
      pageInvocations: async () => pageOf([anInvocation({ source: swas })]),
    });
    const answer = await ask(
      asked,
      `{ instance(provider: SWAS, regionId: "cn-beijing", instanceId: "i-1") {
        provider account regionId instanceId name osType osName status privateIpAddresses publicIpAddresses
        invocations(last: 3) { totalCount nodes { invokeId } } } }`,
      {},
      executor,
    );
    expect(answer).toEqual({
      data: {
        instance: {
          provider: "SWAS",
          account: "default",
          regionId: "cn-beijing",
          instanceId: "i-1",
          name: "web-1",
          osType: "linux",
          osName: "Debian 13",
          status: "Running",
          privateIpAddresses: ["10.0.0.1"],
          publicIpAddresses: [],
          invocations: { totalCount: null, nodes: [{ invokeId: "t-1" }] },
        },
      },
    });
    expect(asked.calls).toEqual([
      ["readInstances", [{ source: swas, instanceId: "i-1" }]],
      [
        "pageInvocations",
        { last: 3 },
        { providerIn: ["SWAS"], regionIdIn: ["cn-beijing"], accountIn: ["default"], instanceId: "i-1" },
        { output: false, content: false, totalCount: true },
      ],
    ]);
  });

  it("is asked once for its runs, however many rows of a page lead to it", async () => {
    const rows = [anInvocation({ invokeId: "t-1" }), anInvocation({ invokeId: "t-2" })];
    const asked = stubServices({
      pageInvocations: async () => pageOf(rows),
      readInstances: async () => [anInstance()],
    });
    const runs = "instance { invocations(first: 1) { nodes { invokeId } } more: invocations(first: 2) { totalCount } }";
    const row = { invocations: { nodes: [{ invokeId: "t-1" }, { invokeId: "t-2" }] }, more: { totalCount: null } };
    expect(
      await ask(asked, `{ invocations { nodes { instanceInvocations { nodes { ${runs} } } } } }`, {}, executor),
    ).toEqual({
      data: { invocations: { nodes: Array(2).fill({ instanceInvocations: { nodes: [{ instance: row }] } }) } },
    });
    expect(asked.calls.map(([name, paging]) => [name, paging])).toEqual([
      ["pageInvocations", {}],
      ["readInstances", [{ source: ecs, instanceId: "i-1" }]],
      ["pageInvocations", { first: 1 }],
      ["pageInvocations", { first: 2 }],
    ]);
  });

  it("of every row of a page is asked for together, and null where it is gone", async () => {
    const asked = stubServices({
      pageInvocations: async () => pageOf([anInvocation({ invokeId: "t-1" }), anInvocation({ invokeId: "t-2" })]),
      readInstances: async () => [null],
    });
    const query = "{ invocations { nodes { instanceInvocations { nodes { instance { name } } } } } }";
    const row = { instanceInvocations: { nodes: [{ instance: null }] } };
    expect(await ask(asked, query, {}, executor)).toEqual({ data: { invocations: { nodes: [row, row] } } });
    expect(asked.calls[1]).toEqual(["readInstances", [{ source: ecs, instanceId: "i-1" }]]);
  });
});

describe.each(EXECUTORS)("with %s, the sources", (executor) => {
  it("are told as they fared last, without a call", async () => {
    const error = { ...told(), upstreamCode: "Throttling", httpStatus: 400, retryAfterMs: 1000 };
    const asked = stubServices({
      sources: async () => [stateOf(ecs), stateOf(swas, error)],
    });
    const query = "{ sources { provider regionId ok error { code upstreamCode retryAfterMs } } }";
    expect(await ask(asked, query, {}, executor)).toEqual({
      data: {
        sources: [
          { provider: "ECS", regionId: "cn-hangzhou", ok: true, error: null },
          {
            provider: "SWAS",
            regionId: "cn-beijing",
            ok: false,
            error: { code: "THROTTLED", upstreamCode: "Throttling", retryAfterMs: 1000 },
          },
        ],
      },
    });
    expect(asked.calls).toEqual([]);
  });

  it("help a client that names one which is not configured", async () => {
    const answers = await Promise.all(
      [`provider: ECS, regionId: "cn-nowhere"`, `provider: ECS, regionId: "cn-hangzhou", account: "nobody"`].map(
        (words) => ask(stubServices({}), `{ instance(${words}, instanceId: "i-1") { name } }`, {}, executor),
      ),
    );
    expect(answers.map(({ errors }) => errors)).toEqual([
      [{ path: ["instance"], code: "BAD_USER_INPUT" }],
      [{ path: ["instance"], code: "BAD_USER_INPUT" }],
    ]);
  });
});

function told() {
  return { code: "THROTTLED" as const, message: "Too many calls.", requestId: "R-1", retryable: true };
}
