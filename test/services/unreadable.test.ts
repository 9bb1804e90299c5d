import { describe, expect, it } from "@jest/globals";
import { createBench } from "../upstreams/stub.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import { createWorldSource } from "./support/world.ts";

const NEWEST = Date.UTC(2026, 0, 1);

const MINUTE_APART = (serial: number): number => serial;
/** A hundred runs of one minute, and others on either side. */
const CROWDED = (serial: number): number => (serial < 20 || serial > 120 ? serial : 20);

/** A region of so many runs, the newest first, of which one record is no run. */
function createRegion(count: number, unreadable: number, minuteOf = MINUTE_APART) {
  const records = Array.from({ length: count }, (_, serial) => ({
    InvokeId: `t-${String(serial).padStart(4, "0")}`,
    CreationTime: new Date(NEWEST - minuteOf(serial) * 60_000).toISOString(),
    InvocationStatus: "Success",
    InvokeInstances: { InvokeInstance: [] },
  }));
  const all = records.map((record, serial) => (serial === unreadable ? { CreationTime: record.CreationTime } : record));
  const bench = createBench("ECS", (_action, { PageNumber = 1, PageSize = 20 }) => {
    const start = (Number(PageNumber) - 1) * Number(PageSize);
    return {
      TotalCount: count,
      PageNumber,
      PageSize,
      Invocations: { Invocation: all.slice(start, start + Number(PageSize)) },
    };
  });
  const { services } = createGateway([{ ...createWorldSource(bench.upstream.source), upstream: bench.upstream }]);
  const meant = records.map(({ InvokeId }) => InvokeId).filter((_, serial) => serial !== unreadable);
  return { bench, services, meant };
}

describe("a record that cannot be read", () => {
  it("costs itself and no call", async () => {
    const { bench, services, meant } = createRegion(200, 7);
    const page = await services.pageInvocations({ first: 20 }, {}, PLAIN, bench.operation);
    expect(page.edges.map(({ node }) => node.invokeId)).toEqual(meant.slice(0, 20));
    expect(page.sources.map(({ error, isComplete }) => [error, isComplete])).toEqual([[null, false]]);
    // The region is probed for what it hides, once a process.
    expect(bench.asked.filter(([, { PageSize }]) => PageSize === 50)).toHaveLength(1);
  });

  it.each([
    ...[0, 7, 49, 50, 199].map((unreadable) => [unreadable, MINUTE_APART] as const),
    ...[10, 20, 45, 55, 120, 130].map((unreadable) => [unreadable, CROWDED] as const),
  ])("costs a walk over all pages itself alone, as number %i", async (unreadable, minuteOf) => {
    const { bench, services, meant } = createRegion(200, unreadable, minuteOf);
    const seen: string[] = [];
    let after: string | null = null;
    for (let hasNextPage = true; hasNextPage; ) {
      const page = await services.pageInvocations({ first: 30, after }, {}, PLAIN, bench.operation);
      seen.push(...page.edges.map(({ node }) => node.invokeId));
      after = page.endCursor();
      hasNextPage = page.hasNextPage;
    }
    expect(seen).toEqual(meant);
  });
});
