import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createWideSource, refsOf, textOf } from "./result-scene.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";

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
