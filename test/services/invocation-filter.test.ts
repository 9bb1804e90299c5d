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

  it.each([{}, { statusIn: ["SUCCESS", "SUCCESS"] }] satisfies InvocationFilter[])(
    "%j has a total, which is counted where it is all that is wanted",
    async (filter) => {
      const projection = { ...PLAIN, totalCount: true };
      const page = await createGateway(sources()).services.pageInvocations({}, filter, projection, createOperation());
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

  it("that the upstream ignores is applied all the same", async () => {
    const source = createFixedSource(0, 2_000);
    source.isExact = false;
    source.runs = source.runs.map((run, serial) => (serial % 700 === 699 ? { ...run, status: "FAILED" } : run));
    const gateway = createGateway([source]);
    const page = await read(gateway, { first: 5 }, { statusIn: ["FAILED"] });
    expect([page.edges.map(({ node }) => node.invokeId), page.hasNextPage]).toEqual([["t-0-0699", "t-0-1399"], false]);
    expect(source.calls.length).toBeLessThan(60);
  });

  it("by several statuses reads as many narrow lists, however many runs there are", async () => {
    const source = createFixedSource(0, 5_000);
    source.runs = source.runs.map((run, serial) => ({
      ...run,
      status: serial === 4_321 ? "PARTIAL_FAILED" : "SUCCESS",
    }));
    const page = await read(createGateway([source]), { first: 1 }, { statusIn: ["FAILED", "PARTIAL_FAILED"] });
    expect(page.edges.map(({ node }) => node.invokeId)).toEqual(["t-0-4321"]);
    expect([...source.calls].sort()).toEqual(["list FAILED 1/50", "list PARTIAL_FAILED 1/50"]);
  });

  it.each([
    ["instanceId", "i-only 1/50"],
    ["commandId", "c-7 1/50"],
  ])("by %s reads the upstream's narrow list", async (name, call) => {
    const source = createFixedSource(0, 900, (serial) => (serial === 800 ? "i-only" : "i-other"));
    source.runs = source.runs.map((run, serial) =>
      serial === 800 ? { ...run, command: { ...run.command, commandId: "c-7" } } : run,
    );
    const page = await read(createGateway([source]), { first: 3 }, { [name]: call.split(" ")[0] });
    expect([page.edges.map(({ node }) => node.invokeId), source.calls]).toEqual([["t-0-0800"], [`list ${call}`]]);
  });
});
