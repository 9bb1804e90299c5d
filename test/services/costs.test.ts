import { describe, expect, it } from "@jest/globals";
import type { Invocation } from "#domain";
import type { Page } from "#services";
import { createMemoryStore } from "#store";
import { createOperation } from "../support/operation.ts";
import { countCalls, createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN, walkAll } from "./support/gateway.ts";
import type { WorldSource } from "./support/world.ts";

/** Calls that a page may cost: one for each source, and one for each 50 runs taken from it. */
function allowed(sources: readonly WorldSource[], page: Page<Invocation>): number {
  return sources
    .map(({ source }) => page.edges.filter(({ node }) => node.source === source).length)
    .reduce((sum, taken) => sum + 1 + Math.ceil(taken / 50), 0);
}

describe("what a page costs", () => {
  it.each([2, 5, 12])("the first 50 runs of %i sources cost one call a source", async (count) => {
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

  it("what was read once is not read again for anybody", async () => {
    const sources = [createFixedSource(0, 3), createFixedSource(1, 100)];
    const gateway = createGateway(sources);
    const walk = async () => (await walkAll(gateway, { size: 20, direction: 1, pauseMs: 0 })).pages.length;
    expect([await walk(), countCalls(sources)]).toEqual([6, 4]);
    expect([await walk(), countCalls(sources)]).toEqual([6, 4]);
  });

  it("a list whose newest answer never holds any run is read by the token behind it", async () => {
    const source = createFixedSource(0, 120);
    source.mode = () => "token";
    source.tokenLength = (_call, length) => (source.calls.at(-1) === "list newest" ? 0 : length);
    const gateway = createGateway([source]);
    const walk = async () => (await walkAll(gateway, { size: 50, direction: 1, pauseMs: 2_000 })).pages.flat().length;
    expect([await walk(), await walk()]).toEqual([120, 120]);
    expect(source.calls).toEqual(["list newest", "list on", "list on", "list on", "list newest", "list on"]);
  });

  it.each([
    ["page", 10],
    ["token", 9],
  ] as const)(
    "reads no answer twice to meet what is known below 400 new runs, nor to walk over them: in %ss, %d calls",
    async (mode, calls) => {
      const source = createFixedSource(0, 600);
      source.mode = () => mode;
      const all = source.runs;
      source.runs = all.slice(400);
      const gateway = createGateway([source]);
      await walkAll(gateway, { size: 20, direction: 1, pauseMs: 0 });
      source.runs = all;
      const before = source.calls.length;
      const { pages } = await walkAll(gateway, { size: 100, direction: 1, pauseMs: 60_000 });
      expect([pages.flat().length, source.calls.length - before]).toEqual([600, calls]);
    },
  );

  it("what is read further down while the newest end is looked up stays known", async () => {
    const source = createFixedSource(0, 200);
    const memory = createMemoryStore({ bytesMax: 1_000_000_000 });
    const nothing = async (): Promise<unknown> => null;
    let meanwhile = nothing;
    const store = {
      ...memory,
      readRuns: async (...asked: Parameters<typeof memory.readRuns>) => {
        const happening = meanwhile;
        meanwhile = nothing;
        await happening();
        return memory.readRuns(...asked);
      },
    };
    const { services, clock } = createGateway([source], { store });
    const read = (first: number, after: string | null = null) =>
      services.pageInvocations({ first, after }, {}, PLAIN, createOperation());
    const { endCursor } = await read(50);
    await clock.advance(2_000);
    meanwhile = () => read(100, endCursor());
    await read(50);
    expect((await read(100, endCursor())).edges).toHaveLength(100);
    expect(source.calls).toEqual(["list 1/50", "list 2/48", "list 1/50", "list 3/47", "list 4/46"]);
  });

  it("an answer without any run, but with a token, does not make it forget what is known", async () => {
    const source = createFixedSource(0, 200);
    source.mode = () => "token";
    const gateway = createGateway([source]);
    await walkAll(gateway, { size: 20, direction: 1, pauseMs: 0 });
    source.tokenLength = (_call, length) => (source.calls.length === 5 ? 0 : length);
    await walkAll(gateway, { size: 100, direction: 1, pauseMs: 2_000 });
    await walkAll(gateway, { size: 100, direction: 1, pauseMs: 2_000 });
    expect(source.calls.slice(4)).toEqual(["list newest", "list on", "list newest"]);
  });

  it("keeps a cursor over 48 sources within 120 characters, the same for the same row in pages of any size", async () => {
    const sources = Array.from({ length: 48 }, (_, position) => createFixedSource(position, 60));
    const read = async (first: number) =>
      (await createGateway(sources).services.pageInvocations({ first }, {}, PLAIN, createOperation())).edges;
    const [large, small] = [await read(100), await read(7)];
    expect(Math.max(...large.map((edge) => edge.cursor().length))).toBeLessThanOrEqual(120);
    expect(small.map((edge) => edge.cursor())).toEqual(large.slice(0, 7).map((edge) => edge.cursor()));
  });

  it("counts all runs without a further call where every source was read", async () => {
    const sources = [createFixedSource(0, 70), createFixedSource(1, 30)];
    const { services } = createGateway(sources);
    const page = await services.pageInvocations({ first: 5 }, {}, { ...PLAIN, totalCount: true }, createOperation());
    expect({ totalCount: page.totalCount, calls: countCalls(sources) }).toEqual({ totalCount: 100, calls: 2 });
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
