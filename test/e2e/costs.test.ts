import { afterEach, describe, expect, it } from "@jest/globals";
import { createWorld, type InvocationInput } from "../support/emulator/index.ts";
import { startGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";

let gateway: TestGateway | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});

async function start(options: TestGatewayOptions): Promise<TestGateway> {
  gateway = await startGateway(options);
  return gateway;
}

const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, "0")}`);

function runs(count: number, prefix: string, instances: readonly string[]): InvocationInput[] {
  return Array.from({ length: count }, (_, index) => ({
    invokeId: `${prefix}${String(index).padStart(4, "0")}`,
    creationTime: Date.UTC(2026, 0, 2) - index * 60_000,
    instances,
  }));
}

const asked = (from: TestGateway) => from.calls().map(({ action, regionId }) => `${action} ${regionId}`);

const LIST = `query ($first: Int, $after: String) { invocations(first: $first, after: $after) {
  nodes { invokeId status instanceInvocations { nodes { status startTime finishTime exitCode error { code } } } }
  pageInfo { hasNextPage endCursor } } }`;
const LIST_WITH_OUTPUT = `query ($first: Int) { invocations(first: $first) {
  nodes { invokeId instanceInvocations(first: 100) { nodes { instanceId result { output { text } } } } } } }`;

describe("what one operation costs upstream", () => {
  it("is one call a source for a page of 50 runs without output", async () => {
    const running = await start({
      world: createWorld({
        ecs: {
          "cn-hangzhou": { invocations: runs(120, "t-a", ["i-1"]) },
          "cn-beijing": { invocations: runs(120, "t-b", ["i-2"]) },
        },
        swas: { "cn-hangzhou": { invocations: runs(120, "t-c", ["0".repeat(32)]) } },
      }),
    });
    const answer = await running.ask<{ invocations: { nodes: unknown[] } }>(LIST, { first: 50 });
    expect(answer.data.invocations.nodes).toHaveLength(50);
    expect(asked(running).sort()).toEqual([
      "DescribeCommandInvocations cn-hangzhou",
      "DescribeInvocations cn-beijing",
      "DescribeInvocations cn-hangzhou",
    ]);
  });

  it("is one call for 48 runs of the only source, and one more for 50, since the row further lies beyond", async () => {
    const running = await start({
      world: createWorld({ ecs: { "cn-hangzhou": { invocations: runs(120, "t-a", ["i-1"]) } } }),
    });
    await running.ask(LIST, { first: 48 });
    expect(asked(running)).toEqual(["DescribeInvocations cn-hangzhou"]);
    await running.ask(LIST, { first: 50 });
    expect(asked(running)).toEqual(Array(2).fill("DescribeInvocations cn-hangzhou"));
  });

  it("is one call more for each run and 50 instances of it, with the output on ECS", async () => {
    const world = createWorld({
      ecs: {
        "cn-hangzhou": { invocations: [...runs(2, "t-a", ids("i-", 120)), ...runs(1, "t-z", ids("i-", 3))] },
      },
    });
    const running = await start({ world });
    await running.ask(LIST_WITH_OUTPUT, { first: 3 });
    expect(running.calls().length).toBeLessThanOrEqual(1 + 2 * 3 + 1);
  });

  it("is nothing more with the output on SWAS once the region is calibrated", async () => {
    const world = createWorld({ swas: { "cn-hangzhou": { invocations: runs(30, "t-c", ["0".repeat(32)]) } } });
    const running = await start({ world });
    await running.ask(LIST_WITH_OUTPUT, { first: 20 });
    expect(asked(running).filter((call) => call.startsWith("DescribeCommandInvocations"))).toHaveLength(1);
    expect(running.calls().length).toBeLessThanOrEqual(2);
  });

  it("is that of one client when 100 send the same document at once", async () => {
    const running = await start({
      world: createWorld({ ecs: { "cn-hangzhou": { invocations: runs(60, "t-a", ["i-1", "i-2"]) } } }),
    });
    const one = running.calls().length;
    await running.ask(LIST_WITH_OUTPUT, { first: 5 });
    const single = running.calls().length - one;
    await running.stop();
    const again = await start({
      world: createWorld({ ecs: { "cn-hangzhou": { invocations: runs(60, "t-a", ["i-1", "i-2"]) } } }),
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => again.ask(LIST_WITH_OUTPUT, { first: 5 })));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(again.calls().length).toBe(single);
  });

  it("is at most 4 calls for nodes(ids) of 100 results of 2 runs", async () => {
    const running = await start({
      world: createWorld({ ecs: { "cn-hangzhou": { invocations: runs(2, "t-a", ids("i-", 50)) } } }),
    });
    const list = await running.ask<{
      invocations: { nodes: { instanceInvocations: { nodes: { result: { id: string } }[] } }[] };
    }>("{ invocations { nodes { instanceInvocations(first: 100) { nodes { result { id } } } } } }");
    const results = list.data.invocations.nodes.flatMap((run) =>
      run.instanceInvocations.nodes.map(({ result }) => result.id),
    );
    expect(results).toHaveLength(100);
    expect(asked(running)).toEqual(["DescribeInvocations cn-hangzhou"]);
    running.emulator.clearCalls();
    const answer = await running.ask<{ nodes: { output: { text: string } }[] }>(
      "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { output { text } } } }",
      { ids: results },
    );
    expect(answer.data.nodes.map(({ output }) => output.text)).toEqual(results.map(() => "ok\n"));
    expect(running.calls().length).toBeLessThanOrEqual(2);
  });

  it("is the lists only when final results are asked for again", async () => {
    const running = await start({
      world: createWorld({ ecs: { "cn-hangzhou": { invocations: runs(20, "t-a", ["i-1", "i-2"]) } } }),
    });
    await running.ask(LIST_WITH_OUTPUT, { first: 10 });
    running.emulator.clearCalls();
    await running.ask(LIST_WITH_OUTPUT, { first: 10 });
    expect(asked(running).filter((call) => !call.startsWith("DescribeInvocations "))).toEqual([]);
  });

  it.each(["name", "agent { isReady }"])(
    "is the same for a page that is answered in turns: %s of 1,000 servers",
    async (field) => {
      const invocations = Array.from({ length: 50 }, (_, run) => ({
        ...runs(1, `t-${String(run).padStart(2, "0")}`, ids(`i-${String(run).padStart(2, "0")}`, 20))[0],
        creationTime: Date.UTC(2026, 0, 2) - run * 60_000,
      }));
      const running = await start({ world: createWorld({ ecs: { "cn-hangzhou": { invocations } } }) });
      // Of so many values a turn has four runs.
      const values = Array.from({ length: 40 }, (_, index) => `v${index}: exitCode`).join(" ");
      await running.ask(
        `{ invocations(first: 50) { nodes { instanceInvocations(first: 20) { nodes { ${values} instance { ${field} } } } } } }`,
      );
      const calls = asked(running).filter((call) => !call.startsWith("DescribeInvocations "));
      expect(calls).toHaveLength(field === "name" ? 10 : 30);
    },
  );
});
