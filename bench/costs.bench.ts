/** What operations cost upstream, over real HTTP and with cold caches: measured against allowed. Fails where one costs more. */
import { createWorld, type InvocationInput, type World } from "../test/support/emulator/index.ts";
import { startGateway, type TestGateway } from "../test/support/gateway.ts";

const SWAS_ID = "0".repeat(32);
const OUTPUTS = `query ($first: Int) { invocations(first: $first) { nodes {
  instanceInvocations(first: 100) { nodes { instanceId result { id output { text } } } } } } }`;
const STATES = `query ($first: Int) { invocations(first: $first) { nodes { status
  instanceInvocations(first: 100) { nodes { status startTime finishTime exitCode error { code } result { id exitCode } } } } } }`;
const NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on InvocationResult { output { text } } } }";

type Nodes = { invocations: { nodes: { instanceInvocations: { nodes: { result: { id: string } }[] } }[] } };

let isWithin = true;
const idsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `i-bench${String(index).padStart(4, "0")}`);

function runs(prefix: string, count: number, instances: readonly string[]): InvocationInput[] {
  return Array.from({ length: count }, (_, index) => ({
    invokeId: `${prefix}${String(index).padStart(4, "0")}`,
    creationTime: Date.UTC(2026, 0, 2) - index * 60_000,
    instances,
  }));
}

const mixed = () =>
  createWorld({
    ecs: {
      "cn-hangzhou": { invocations: runs("t-a", 120, ["i-1"]) },
      "cn-beijing": { invocations: runs("t-b", 120, ["i-2"]) },
    },
    swas: { "cn-hangzhou": { invocations: runs("t-c", 120, [SWAS_ID]) } },
  });
const ecs = (count: number, instances: number) =>
  createWorld({ ecs: { "cn-hangzhou": { invocations: runs("t-a", count, idsOf(instances)) } } });
const swas = () => createWorld({ swas: { "cn-hangzhou": { invocations: runs("t-c", 60, [SWAS_ID]) } } });

await row("invocations(first: 50) on 3 sources, no output", mixed(), 3, ({ ask }) => ask(STATES, { first: 50 }));
await row("20 ECS runs of 1 instance with output", ecs(60, 1), 1 + 20, ({ ask }) => ask(OUTPUTS, { first: 20 }));
await row("3 ECS runs of 100 instances with output", ecs(3, 100), 1 + 3 * 2, ({ ask }) => ask(OUTPUTS, { first: 3 }));
await row("20 SWAS runs with output, calibration included", swas(), 1 + 1, ({ ask }) => ask(OUTPUTS, { first: 20 }));
await row("the same document by 100 clients at once", ecs(60, 2), 1 + 5, ({ ask }) =>
  Promise.all(Array.from({ length: 100 }, () => ask(OUTPUTS, { first: 5 }))),
);
await row("nodes(ids) of 100 results of 2 runs of 50 instances", ecs(2, 50), 2, async (gateway) => {
  const { data } = await gateway.ask<Nodes>(STATES, { first: 2 });
  const ids = data.invocations.nodes.flatMap((run) => run.instanceInvocations.nodes.map(({ result }) => result.id));
  gateway.emulator.clearCalls();
  return gateway.ask(NODES, { ids });
});
await row("final results asked for again: the list only", ecs(20, 2), 1, async (gateway) => {
  await gateway.ask(OUTPUTS, { first: 10 });
  gateway.emulator.clearCalls();
  return gateway.ask(OUTPUTS, { first: 10 });
});
process.exit(isWithin ? 0 : 1);

async function row(name: string, world: World, allowed: number, ask: (gateway: TestGateway) => Promise<unknown>) {
  const gateway = await startGateway({ world });
  await ask(gateway);
  // What a process finds out once, no operation pays for.
  const calls = gateway.emulator.calls.filter(({ parameters }) => parameters.Timed === undefined).length;
  await gateway.stop();
  isWithin &&= calls <= allowed;
  console.log(`${calls <= allowed ? "ok    " : "MORE  "} ${name}: ${calls} calls (allowed: ${allowed})`);
}
