import { expect, it } from "@jest/globals";
import type { InvocationFilter, Source } from "#domain";
import type { AllServices } from "#services";
import { createMemoryStore } from "#store";
import { createOperation } from "../support/operation.ts";
import { createBench, type Respond, refusal } from "../upstreams/stub.ts";
import { createGateway } from "./support/gateway.ts";
import { createWorldSource } from "./support/world.ts";

/** A region that is read server by server. */
const alive: Respond = (action, { InstanceId }) => {
  if (action === "DescribeCommandInvocations") throw refusal("FORBIDDEN", "NoPermission", 403);
  if (action === "ListInstances") return { Instances: [{ InstanceId: "i-1" }, { InstanceId: "i-2" }], TotalCount: 2 };
  const run = { InvokeId: `t-${InstanceId}`, InvocationStatus: "Success", CreationTime: "2026-01-02T01:00:00Z" };
  return { Invocations: [run], TotalCount: 1 };
};

const dead: Respond = () => {
  throw refusal("UNAVAILABLE", "InternalError", 500);
};

it("what is known of a region that is read server by server is shown by a process that cannot find out which lists there are", async () => {
  const store = createMemoryStore({ bytesMax: 10_000_000 });
  const start = (respond: Respond) => {
    const bench = createBench("SWAS", respond);
    const { source } = bench.upstream;
    const world = { ...createWorldSource(source), upstream: bench.upstream };
    return { source, ...createGateway([world], { clock: bench.clock, store }) };
  };
  const page = async ({ services, source }: { readonly services: AllServices; readonly source: Source }) => {
    const filter: InvocationFilter = { regionIdIn: [source.regionId] };
    const projection = { output: false, content: false, totalCount: true };
    const found = await services.pageInvocations({ first: 10 }, filter, projection, createOperation());
    return [
      found.edges.map(({ node }) => node.invokeId),
      found.sources.map(({ error, isComplete }) => [error?.code ?? null, isComplete]),
      found.totalCount,
    ];
  };
  const before = start(alive);
  expect(await page(before)).toEqual([["t-i-1", "t-i-2"], [[null, true]], 2]);
  // Which lists there are is kept once something is known of each.
  await page(before);
  const restarted = start(dead);
  expect(await page(restarted)).toEqual([["t-i-1", "t-i-2"], [["UNAVAILABLE", false]], null]);
  const filter = { regionIdIn: [restarted.source.regionId] };
  const rows = await restarted.services.statistics({ by: "NONE", interval: null }, filter, createOperation());
  expect(rows.map(({ count, isComplete }) => [count, isComplete])).toEqual([[2, false]]);
});
