import { describe, expect, it } from "@jest/globals";
import type { Invocation } from "#domain";
import type { Page } from "#services";
import { createOperation } from "../support/operation.ts";
import { countCalls, createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import type { WorldSource } from "./support/world.ts";

/** Calls that a page may cost: one for each source, and one for each 50 runs taken from it. */
function allowed(sources: readonly WorldSource[], page: Page<Invocation>): number {
  return sources
    .map(({ source }) => page.edges.filter(({ node }) => node.source === source).length)
    .reduce((sum, taken) => sum + 1 + Math.ceil(taken / 50), 0);
}

describe("what a page costs", () => {
  it.each([1, 2, 5, 12])("the first 50 runs of %i sources cost one call a source", async (count) => {
    const sources = Array.from({ length: count }, (_, position) => createFixedSource(position, 200));
    const { services } = createGateway(sources);
    const page = await services.pageInvocations({ first: 50 }, {}, PLAIN, createOperation());
    expect(page.edges).toHaveLength(50);
    expect(page.hasNextPage).toBe(true);
    expect(sources.map((source) => source.calls)).toEqual(sources.map(() => ["list 1/50"]));
  });

  it.each([
    { size: 20, count: 12, pages: 60 },
    { size: 50, count: 1, pages: 19 },
    { size: 100, count: 1, pages: 9 },
    { size: 100, count: 3, pages: 25 },
  ])("every page of $size over $count sources stays within its bound", async ({ size, count, pages }) => {
    const sources = Array.from({ length: count }, (_, position) => createFixedSource(position, 1_000));
    const gateway = createGateway(sources);
    let cursor: string | null = null;
    for (let number = 1; number <= pages; number += 1) {
      await gateway.clock.advance(2_000);
      const before = countCalls(sources);
      const page: Page<Invocation> = await gateway.services.pageInvocations(
        { first: size, after: cursor },
        {},
        PLAIN,
        createOperation(),
      );
      expect(page.edges).toHaveLength(size);
      expect(countCalls(sources) - before).toBeLessThanOrEqual(allowed(sources, page));
      cursor = page.endCursor();
    }
  });

  it("a source that has nothing left is not asked again", async () => {
    const sources = [createFixedSource(0, 3), createFixedSource(1, 100)];
    const gateway = createGateway(sources);
    const first = await gateway.services.pageInvocations({ first: 20 }, {}, PLAIN, createOperation());
    await gateway.clock.advance(2_000);
    await gateway.services.pageInvocations({ first: 20, after: first.endCursor() }, {}, PLAIN, createOperation());
    expect(sources.map((source) => source.calls.length)).toEqual([1, 2]);
  });

  it("keeps a cursor over twelve sources below 60 characters a source", async () => {
    const sources = Array.from({ length: 12 }, (_, position) => createFixedSource(position, 200));
    const page = await createGateway(sources).services.pageInvocations({ first: 100 }, {}, PLAIN, createOperation());
    expect(page.endCursor()?.length ?? 0).toBeLessThan(12 * 60);
  });

  it("counts all runs without a further call where every source was read", async () => {
    const sources = [createFixedSource(0, 70), createFixedSource(1, 30)];
    const { services } = createGateway(sources);
    const page = await services.pageInvocations({ first: 5 }, {}, { ...PLAIN, totalCount: true }, createOperation());
    expect({ totalCount: page.totalCount, calls: countCalls(sources) }).toEqual({ totalCount: 100, calls: 2 });
  });

  it("counts sources that have nothing left with one small call each", async () => {
    const sources = [createFixedSource(0, 2), createFixedSource(1, 90)];
    const gateway = createGateway(sources);
    const first = await gateway.services.pageInvocations({ first: 20 }, {}, PLAIN, createOperation());
    await gateway.clock.advance(2_000);
    const wants = { ...PLAIN, totalCount: true };
    const second = await gateway.services.pageInvocations(
      { first: 20, after: first.endCursor() },
      {},
      wants,
      createOperation(),
    );
    expect({ totalCount: second.totalCount, calls: sources[0]?.calls }).toEqual({
      totalCount: 92,
      calls: ["list 1/50", "list 1/1"],
    });
  });

  it("tells whether there is a next page for an empty page, at one call a source", async () => {
    const sources = [createFixedSource(0, 1), createFixedSource(1, 0)];
    const { services } = createGateway(sources);
    const page = await services.pageInvocations({ first: 0 }, {}, PLAIN, createOperation());
    expect({ edges: page.edges, hasNextPage: page.hasNextPage, calls: countCalls(sources) }).toEqual({
      edges: [],
      hasNextPage: true,
      calls: 2,
    });
  });

  it("reads the same page for a hundred clients at once as for one", async () => {
    const sources = [createFixedSource(0, 70), createFixedSource(1, 70)];
    const { services } = createGateway(sources);
    const pages = await Promise.all(
      Array.from({ length: 100 }, () => services.pageInvocations({ first: 20 }, {}, PLAIN, createOperation())),
    );
    expect(new Set(pages.map((page) => page.edges.map(({ node }) => node.invokeId).join()))).toHaveProperty("size", 1);
    expect(countCalls(sources)).toBe(2);
  });
});
