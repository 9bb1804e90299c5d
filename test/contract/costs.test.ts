import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig, walk } from "./rig.ts";
import type { Places } from "./upstream.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const SERVER = "d".repeat(32);
const CHEAP =
  "nodes { instanceId status rawStatus isFinal creationTime startTime finishTime durationMs exitCode error { code info remedy } }";
const LIST = `query ($first: Int) { invocations(first: $first) { nodes { id status command { name content } tags { key } statusCounts { status count }
  instanceInvocations { ${CHEAP} } } pageInfo { hasNextPage endCursor } sources { ok } } }`;
const WITH_RESULT = LIST.replace(
  "exitCode error",
  "result { id status startTime finishTime durationMs exitCode error { code } } exitCode error",
);
const WITH_OUTPUT = `query ($first: Int) { invocations(first: $first) { nodes { instanceInvocations(first: 100) { nodes { result { output { text } } } } } } }`;

const servers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ instanceId: `i-${String(index).padStart(3, "0")}` }));
const wide = (count: number, width: number, prefix: string): Run[] =>
  manyRuns(count, prefix).map((run) => ({ ...run, executions: servers(width) }));
const sources = (count: number): Places => ({
  "ECS/cn-hangzhou": createPlace(wide(count, 3, "t-h")),
  "ECS/cn-beijing": createPlace(wide(count, 3, "t-b")),
  "SWAS/cn-hangzhou": createPlace(manyRuns(count, "t-s", { instanceId: SERVER })),
});

describe("what an operation costs upstream", () => {
  it.each([
    ["50 runs each", 50, LIST],
    ["51 runs each", 51, LIST],
    ["400 runs each", 400, LIST],
    ["with result fields that the list has, 400 runs each", 400, WITH_RESULT],
    ["12 runs each", 12, WITH_RESULT],
    ["no run", 0, LIST],
  ])("is one call a source: %s", async (_name, count, query) => {
    rig = await startRig(sources(count));
    const { data, errors } = await rig.ask(query, { first: 50 });
    expect(errors).toBeUndefined();
    expect(data.invocations.nodes).toHaveLength(Math.min(50, 3 * count));
    expect(rig.far.asked()).toEqual([
      "DescribeCommandInvocations cn-hangzhou",
      "DescribeInvocations cn-beijing",
      "DescribeInvocations cn-hangzhou",
    ]);
  });

  it("is one call a source for an empty page of many runs, which tells whether more follow", async () => {
    rig = await startRig(sources(400));
    const { data } = await rig.ask("{ invocations(first: 0) { nodes { id } pageInfo { hasNextPage endCursor } } }");
    expect([data.invocations, rig.far.asked()]).toEqual([
      { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } },
      ["DescribeCommandInvocations cn-hangzhou", "DescribeInvocations cn-beijing", "DescribeInvocations cn-hangzhou"],
    ]);
  });

  it.each([
    [1, 2],
    [10, 2],
    [3, 2],
  ])(
    "is one call for the only source with %d runs a second, plus one for the row that follows: %d",
    async (perSecond, most) => {
      rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(173, "t-h", { perSecond })) });
      await rig.ask(LIST, { first: 50 });
      expect(rig.far.calls.length).toBeLessThanOrEqual(most);
    },
  );

  it("is, with outputs on ECS, one call more per run and 50 instances of it", async () => {
    rig = await startRig({
      "ECS/cn-hangzhou": createPlace([...wide(3, 120, "t-h"), ...wide(2, 50, "t-i"), ...wide(2, 1, "t-j")]),
    });
    const { errors } = await rig.ask(WITH_OUTPUT, { first: 7 });
    expect(errors).toBeUndefined();
    expect(rig.far.calls.length).toBeLessThanOrEqual(1 + 3 * 3 + 2 + 2);
  });

  it("is, with outputs on SWAS, one calibration more, and once only", async () => {
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace(manyRuns(130, "t-s", { instanceId: SERVER })) });
    await rig.ask(WITH_OUTPUT, { first: 20 });
    expect(rig.far.calls.length).toBeLessThanOrEqual(2);
    rig.far.calls.length = 0;
    await rig.ask(WITH_OUTPUT, { first: 50 });
    expect(rig.far.calls.length).toBeLessThanOrEqual(1);
  });

  it("is 4 at most for nodes(ids) of 100 results of 2 runs, also in another process", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(wide(2, 50, "t-h")) });
    const { data } = await rig.ask(
      "{ invocations { nodes { instanceInvocations(first: 100) { nodes { id result { id } } } } } }",
    );
    type Item = { id: string; result: { id: string } };
    const items: Item[] = data.invocations.nodes.flatMap(
      (run: { instanceInvocations: { nodes: Item[] } }) => run.instanceInvocations.nodes,
    );
    const twin = await rig.twin();
    for (const [ids, selection] of [
      [items.map(({ result }) => result.id), "... on InvocationResult { instanceId output { text } }"],
      [items.map(({ id }) => id), "... on InstanceInvocation { instanceId result { output { text } } }"],
      [items.map(({ id }) => id), "... on InstanceInvocation { instanceId exitCode }"],
    ] as const) {
      rig.far.calls.length = 0;
      const answer = await twin.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { ${selection} } }`, { ids });
      expect(answer.errors).toBeUndefined();
      expect(answer.data.nodes.map((node: { instanceId: string }) => node.instanceId)).toEqual(
        [...servers(50), ...servers(50)].map(({ instanceId }) => instanceId),
      );
      expect(rig.far.calls.length).toBeLessThanOrEqual(2);
    }
  });

  it("is that of one client when 100 ask the same at once", async () => {
    // However long a busy machine takes for all of them.
    const patient = { FRESHNESS_MS: "60000" };
    rig = await startRig(sources(60), patient);
    await rig.ask(WITH_OUTPUT, { first: 10 });
    const alone = rig.far.calls.length;
    await rig.stop();
    rig = await startRig(sources(60), patient);
    const answers = await Promise.all(Array.from({ length: 100 }, () => rig.ask(WITH_OUTPUT, { first: 10 })));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(rig.far.calls.length).toBe(alone);
  });

  it("is the lists alone when final results are asked for again", async () => {
    rig = await startRig(sources(30));
    await rig.ask(WITH_OUTPUT, { first: 20 });
    rig.far.calls.length = 0;
    await rig.ask(WITH_OUTPUT, { first: 20 });
    const lists = [
      "DescribeCommandInvocations cn-hangzhou",
      "DescribeInvocations cn-beijing",
      "DescribeInvocations cn-hangzhou",
    ];
    expect(rig.far.asked().filter((call) => !lists.includes(call))).toEqual([]);
    expect(rig.far.calls.length).toBeLessThanOrEqual(3);
  });

  it.each([
    ["{ sources { ok regionId } }", 0],
    ["{ __schema { types { name } } }", 0],
    ["{ __typename }", 0],
    ["{ invocations(first: 1) { __typename } }", 3],
    [`{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-h00000") { status } }`, 1],
    [
      `{ invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou", invokeId: "t-h00000" }) { nodes { exitCode output { text } } } }`,
      1,
    ],
  ])("%s: %d", async (query, most) => {
    rig = await startRig(sources(5));
    const { errors } = await rig.ask(query);
    expect(errors).toBeUndefined();
    expect(rig.far.calls.length).toBeLessThanOrEqual(most);
  });

  it("is one call for an instance's runs, by the upstream's own filter", async () => {
    rig = await startRig(sources(40));
    for (const [product, instanceId] of [
      ["ECS", "i-001"],
      ["SWAS", SERVER],
    ]) {
      rig.far.calls.length = 0;
      const { data, errors } = await rig.ask(
        `{ instance(provider: ${product}, regionId: "cn-hangzhou", instanceId: "${instanceId}") { invocations(first: 20) { nodes { invokeId } } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data.instance.invocations.nodes).toHaveLength(20);
      expect(rig.far.calls.map(({ asked }) => asked.get("InstanceId")).filter(Boolean)).toEqual([instanceId]);
      expect(rig.far.calls.length).toBeLessThanOrEqual(2);
    }
  });

  it("stops reading where runs older than createdAfter begin", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(2_000, "t-h")) });
    const filter = { createdAfter: new Date(Date.UTC(2026, 0, 2, 12) - 9_500).toISOString() };
    const pages = await walk(rig, { size: 50, filter });
    expect(pages.map(({ ids, calls }) => [ids.length, calls])).toEqual([[10, 1]]);
  });
});

describe("a run with 300 instances of which 3 failed", () => {
  const executions = servers(300).map((one, index) =>
    index % 100 === 50 ? { ...one, status: "Failed", exitCode: 9, output: `no ${index}` } : one,
  );
  const run: Run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), status: "PartialFailed", executions };
  const ASK = `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { statusCounts { status count }
    instanceInvocations(statusIn: [FAILED]) { totalCount nodes { instanceId exitCode result { output { text } } } } } }`;

  it("shows the three, their outputs and the counts", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    const { data, errors } = await rig.ask(ASK);
    expect(errors).toBeUndefined();
    expect(data.invocation.statusCounts).toEqual(
      expect.arrayContaining([
        { status: "SUCCESS", count: 297 },
        { status: "FAILED", count: 3 },
      ]),
    );
    expect(data.invocation.instanceInvocations).toEqual({
      totalCount: 3,
      nodes: [50, 150, 250].map((index) => ({
        instanceId: `i-${String(index).padStart(3, "0")}`,
        exitCode: 9,
        result: { output: { text: `no ${index}` } },
      })),
    });
    expect(rig.far.calls.length).toBeLessThanOrEqual(1 + 6);
  });

  it("can be paged to its end, both ways", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    const page = async (args: string) => {
      const { data, errors } = await rig.ask(
        `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1") { instanceInvocations(${args}) { nodes { instanceId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
      );
      expect(errors).toBeUndefined();
      return data.invocation.instanceInvocations;
    };
    const forth: string[] = [];
    for (let at = ""; ; ) {
      const { nodes, pageInfo } = await page(`first: 70${at === "" ? "" : `, after: "${at}"`}`);
      forth.push(...nodes.map((node: { instanceId: string }) => node.instanceId));
      if (!pageInfo.hasNextPage) break;
      at = pageInfo.endCursor;
    }
    expect(forth).toEqual(servers(300).map(({ instanceId }) => instanceId));
    const back: string[] = [];
    for (let at = ""; ; ) {
      const { nodes, pageInfo } = await page(`last: 100${at === "" ? "" : `, before: "${at}"`}`);
      back.unshift(...nodes.map((node: { instanceId: string }) => node.instanceId));
      if (!pageInfo.hasPreviousPage) break;
      at = pageInfo.startCursor;
    }
    expect(back).toEqual(forth);
  });
});
