import { describe, expect, it } from "@jest/globals";
import type { InvocationFilter } from "#domain";
import type { PageArguments } from "#services";
import { createOperation } from "../support/operation.ts";
import { countCalls, createFixedSource, NEWEST } from "./support/fixed.ts";
import { createGateway, type Gateway, PLAIN, walkAll } from "./support/gateway.ts";

function read(gateway: Gateway, args: PageArguments, filter: InvocationFilter) {
  return gateway.services.pageInvocations(args, filter, PLAIN, createOperation());
}

describe("a filter", () => {
  const sources = () => [createFixedSource(0, 200), createFixedSource(1, 200)];

  it.each([
    { statusIn: [] },
    { providerIn: [] },
    { accountIn: [] },
    { regionIdIn: [] },
    { createdAfter: "2026-01-01T00:00:00.000Z", createdBefore: "2026-01-01T00:00:00.000Z" },
  ] satisfies InvocationFilter[])("%j matches nothing and costs nothing", async (filter) => {
    const world = sources();
    const page = await read(createGateway(world), {}, filter);
    expect({
      edges: page.edges,
      hasNextPage: page.hasNextPage,
      end: page.endCursor(),
      calls: countCalls(world),
    }).toEqual({
      edges: [],
      hasNextPage: false,
      end: null,
      calls: 0,
    });
  });

  it.each([
    { statusIn: ["SUCCESS", "FAILED"] },
    { createdAfter: "2026-01-01T00:00:00.000Z" },
    { createdBefore: "2026-01-01T00:00:00.000Z" },
  ] satisfies InvocationFilter[])("%j has no total, and to say so alone costs nothing", async (filter) => {
    const world = sources();
    for (const source of world) source.isExact = false;
    const { services } = createGateway(world);
    const wants = { ...PLAIN, totalCount: true, isTotalAlone: true };
    const { totalCount } = await services.pageInvocations({}, filter, wants, createOperation());
    const ofNone = await services.pageInvocations({}, { ...filter, regionIdIn: [] }, wants, createOperation());
    expect([totalCount, ofNone.edges, countCalls(world)]).toEqual([null, [], 0]);
  });

  it.each([{}, { statusIn: ["SUCCESS", "SUCCESS"] }] satisfies InvocationFilter[])(
    "%j has a total, which is counted where it is all that is wanted",
    async (filter) => {
      const wants = { ...PLAIN, totalCount: true, isTotalAlone: true };
      const page = await createGateway(sources()).services.pageInvocations({}, filter, wants, createOperation());
      expect(page.totalCount).toBe(400);
    },
  );

  it("by source asks only the sources that it names", async () => {
    const world = sources();
    const page = await read(createGateway(world), { first: 10 }, { providerIn: ["SWAS"] });
    expect(page.edges.every(({ node }) => node.source.provider === "SWAS")).toBe(true);
    expect(world.map((source) => source.calls.length)).toEqual([0, 1]);
  });

  it("by `createdAfter` stops where older runs begin", async () => {
    const world = sources();
    const createdAfter = new Date(NEWEST - 10 * 60_000).toISOString();
    const record = await walkAll(createGateway(world), { size: 50, direction: 1, filter: { createdAfter } });
    expect([record.pages.flat().length, countCalls(world)]).toEqual([21, 2]);
  });

  it("by both times gives the same runs in both directions", async () => {
    const filter = {
      createdAfter: new Date(NEWEST - 150 * 60_000).toISOString(),
      createdBefore: new Date(NEWEST - 100 * 60_000).toISOString(),
    };
    const forwards = await walkAll(createGateway(sources()), { size: 7, direction: 1, filter });
    const backwards = await walkAll(createGateway(sources()), { size: 7, direction: -1, filter });
    expect(forwards.pages.flat()).toHaveLength(100);
    expect(backwards.pages.flat().reverse()).toEqual(forwards.pages.flat());
  });

  it("that the upstream ignores is applied all the same, and a scan that is too long goes on from where it stood", async () => {
    const source = createFixedSource(0, 2_000);
    source.isExact = false;
    source.runs = source.runs.map((run, serial) => (serial % 700 === 699 ? { ...run, status: "FAILED" } : run));
    const gateway = createGateway([source], { scanBudget: 5 });
    const filter: InvocationFilter = { statusIn: ["FAILED"] };
    const pages: { ids: string[]; isScanComplete: boolean }[] = [];
    let after: string | null = null;
    do {
      const page = await read(gateway, { first: 2, after }, filter);
      pages.push({ ids: page.edges.map(({ node }) => node.invokeId), isScanComplete: page.isScanComplete });
      after = page.hasNextPage ? page.endCursor() : null;
    } while (after !== null && pages.length < 50);
    expect(pages.flatMap((page) => page.ids)).toEqual(["t-0-0699", "t-0-1399"]);
    expect(pages.filter((page) => !page.isScanComplete).length).toBeGreaterThan(2);
    expect(source.calls.length).toBeLessThan(60);
  });
});
