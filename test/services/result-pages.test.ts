import { describe, expect, it } from "@jest/globals";
import type { ResultFilter } from "#services";
import { createOperation } from "../support/operation.ts";
import { createWideSource, refsOf, textOf } from "./result-scene.ts";
import { createFixedSource, sourceAt } from "./support/fixed.ts";
import { createGateway, type Gateway, PLAIN } from "./support/gateway.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource, type WorldSource } from "./support/world.ts";

/** One run on 130 instances of which every tenth failed, and an older one. */
function createLargeRun(listsPerInstance: boolean): WorldSource {
  const source = sourceAt(0);
  const instances = Array.from({ length: 130 }, (_, serial) =>
    createItem({
      source,
      invokeId: "t-1",
      instanceId: `i-${String(serial).padStart(3, "0")}`,
      status: serial % 10 === 0 ? "FAILED" : "SUCCESS",
    }),
  );
  const runs = [
    createRun({ source, invokeId: "t-1", creationTime: "2026-01-02T00:00:00.000Z", instances }),
    createRun({ source, invokeId: "t-0", creationTime: "2026-01-01T00:00:00.000Z" }),
  ];
  return createWorldSource(source, { runs, listsPerInstance });
}

/** Length and total of every page of results, in the order of the walk. */
async function walkTotals({ services, clock }: Gateway, filter: ResultFilter, direction: 1 | -1) {
  const pages: (readonly [length: number, total: number | null])[] = [];
  let cursor: string | null = null;
  do {
    const args = direction > 0 ? { first: 50, after: cursor } : { last: 50, before: cursor };
    const page = await services.pageResults(args, filter, { ...PLAIN, totalCount: true }, createOperation());
    pages.push([page.edges.length, page.totalCount]);
    const hasMore = direction > 0 ? page.hasNextPage : page.hasPreviousPage;
    cursor = hasMore ? (direction > 0 ? page.endCursor() : page.startCursor()) : null;
    await clock.advance(2_000);
  } while (cursor !== null);
  return pages;
}

describe("pages of results", () => {
  it("go through every run of an instance, with output for the rows of the page alone", async () => {
    const world = createFixedSource(0, 60, () => "i-only");
    const gateway = createGateway([world]);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const filter = { source: world.source, instanceId: "i-only" };
      const page = await gateway.services.pageResults(
        { first: 25, after },
        filter,
        { ...PLAIN, output: true },
        createOperation(),
      );
      seen.push(...page.edges.map(({ node }) => textOf(node)));
      after = page.hasNextPage ? page.endCursor() : null;
      await gateway.clock.advance(2_000);
    } while (after !== null);
    expect(seen).toEqual(world.runs.map((run) => `${run.invokeId} i-only latest`));
  });

  it("cut a run that is larger than a page, forwards and backwards", async () => {
    const world = createWideSource();
    const { services } = createGateway([world]);
    const filter = { source: world.source, commandId: "c-1" };
    const walk = async (direction: 1 | -1): Promise<readonly string[]> => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const args = direction > 0 ? { first: 30, after: cursor } : { last: 30, before: cursor };
        const page = await services.pageResults(args, filter, PLAIN, createOperation());
        const ids = page.edges.map(({ node }) => `${node.invokeId} ${node.instanceId}`);
        seen.push(...(direction > 0 ? ids : ids.reverse()));
        const hasMore = direction > 0 ? page.hasNextPage : page.hasPreviousPage;
        cursor = hasMore ? (direction > 0 ? page.endCursor() : page.startCursor()) : null;
      } while (cursor !== null);
      return seen;
    };
    const expected = refsOf(world)
      .map((ref) => `${ref.invokeId} ${ref.instanceId}`)
      .sort();
    expect(await walk(1)).toEqual(expected);
    expect([...(await walk(-1))].reverse()).toEqual(expected);
  });

  it("hold every execution where the history is wanted, the newest first", async () => {
    const world = createFixedSource(0, 1);
    const filter = { source: world.source, invokeId: "t-0-0000", includeHistory: true };
    const page = await createGateway([world]).services.pageResults({ first: 2 }, filter, PLAIN, createOperation());
    expect(page.edges.map(({ node }) => node.execution)).toEqual(["2", "1"]);
    expect(page.hasNextPage).toBe(true);
  });

  it.each([
    [{}, "filter"],
    [{ instanceId: "i-1", includeHistory: true }, "filter"],
  ])("refuse %j before any call", async (filter, argument) => {
    const world = createFixedSource(0, 1);
    const reading = createGateway([world]).services.pageResults(
      {},
      { source: world.source, ...filter },
      PLAIN,
      createOperation(),
    );
    await expect(reading).rejects.toMatchObject({ code: "BAD_USER_INPUT", argument });
    expect(world.calls).toEqual([]);
  });
});

describe("the total of results", () => {
  it.each([
    ["of one list, forwards", false, 1],
    ["of one list, backwards", false, -1],
    ["of a list per instance, forwards", true, 1],
    ["of a list per instance, backwards", true, -1],
  ] as const)("is that of one run on every page of it: %s", async (_name, listsPerInstance, direction) => {
    const world = createLargeRun(listsPerInstance);
    const filter = { source: world.source, invokeId: "t-1" };
    expect(await walkTotals(createGateway([world]), filter, direction)).toEqual([
      [50, 130],
      [50, 130],
      [30, 130],
    ]);
    const failed = { ...filter, statusIn: ["FAILED"] as const };
    expect(await walkTotals(createGateway([world]), failed, direction)).toEqual([[13, 13]]);
  });

  it("is that of the whole history of a run, and of a command whose runs are all known", async () => {
    const world = createLargeRun(false);
    const { source } = world;
    const [history] = await walkTotals(createGateway([world]), { source, invokeId: "t-1", includeHistory: true }, 1);
    const [ofCommand] = await walkTotals(createGateway([world]), { source, commandId: "c-1" }, 1);
    expect([history, ofCommand]).toEqual([
      [50, 390],
      [50, 130],
    ]);
  });

  it("is told beside a page without rows", async () => {
    const world = createLargeRun(false);
    const page = await createGateway([world]).services.pageResults(
      { first: 0 },
      { source: world.source, invokeId: "t-1" },
      { ...PLAIN, totalCount: true },
      createOperation(),
    );
    expect([page.edges.length, page.hasNextPage, page.totalCount]).toEqual([0, true, 130]);
  });
});
