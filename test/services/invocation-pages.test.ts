import { describe, expect, it } from "@jest/globals";
import { InputError, type InvocationFilter } from "#domain";
import type { PageArguments } from "#services";
import { createOperation } from "../support/operation.ts";
import { createFixedSource, NEWEST, sourceAt } from "./support/fixed.ts";
import { createGateway, type Gateway, PLAIN, walkAll } from "./support/gateway.ts";
import { createFailure, createRun } from "./support/records.ts";
import { createWorldSource } from "./support/world.ts";

function read(gateway: Gateway, args: PageArguments, filter: InvocationFilter = {}) {
  return gateway.services.pageInvocations(args, filter, PLAIN, createOperation());
}

async function refusal(gateway: Gateway, args: PageArguments, filter: InvocationFilter = {}): Promise<unknown> {
  const error = await read(gateway, args, filter).catch((reason: unknown) => reason);
  return error instanceof InputError ? { code: error.code, argument: error.argument } : error;
}

describe("the arguments of a page", () => {
  it.each([
    [{ first: -1 }, "first"],
    [{ first: 101 }, "first"],
    [{ first: 1.5 }, "first"],
    [{ last: -1 }, "last"],
    [{ last: 101 }, "last"],
    [{ first: 1, last: 1 }, "last"],
  ] satisfies [PageArguments, string][])("%j is refused by name, before any call", async (args, argument) => {
    const source = createFixedSource(0, 3);
    expect(await refusal(createGateway([source]), args)).toEqual({ code: "BAD_USER_INPUT", argument });
    expect(source.calls).toEqual([]);
  });

  it("are 20 from the front where nothing is said, and 20 from the back where only `before` is", async () => {
    const gateway = createGateway([createFixedSource(0, 100)]);
    const page = await read(gateway, {});
    const next = await read(gateway, { after: page.endCursor() });
    const back = await read(gateway, { before: next.startCursor() });
    expect(back.edges.map(({ node }) => node.invokeId)).toEqual(page.edges.map(({ node }) => node.invokeId));
    expect([back.hasNextPage, back.hasPreviousPage]).toEqual([true, false]);
  });
});

describe("a cursor", () => {
  it.each(["", "no cursor", "AAAA"])("that is %j is refused, before any call", async (after) => {
    const source = createFixedSource(0, 3);
    expect(await refusal(createGateway([source]), { after })).toEqual({ code: "INVALID_CURSOR", argument: "after" });
    expect(source.calls).toEqual([]);
  });

  it("of another filter is refused, before any call", async () => {
    const source = createFixedSource(0, 100);
    const gateway = createGateway([source]);
    const cursor = (await read(gateway, { first: 1 })).endCursor();
    source.calls.length = 0;
    expect(await refusal(gateway, { last: 1, before: cursor }, { timed: false })).toEqual({
      code: "INVALID_CURSOR",
      argument: "before",
    });
    expect(source.calls).toEqual([]);
  });

  it("that was changed in one character is refused", async () => {
    const gateway = createGateway([createFixedSource(0, 100)]);
    const cursor = (await read(gateway, { first: 1 })).endCursor() ?? "";
    const changed = `${cursor.slice(0, 20)}${cursor[20] === "A" ? "B" : "A"}${cursor.slice(21)}`;
    expect(await refusal(gateway, { after: changed })).toEqual({ code: "INVALID_CURSOR", argument: "after" });
  });

  it("of any row goes on behind that row, on another gateway with the same key too", async () => {
    const sources = [createFixedSource(0, 60), createFixedSource(1, 60)];
    const page = await read(createGateway(sources), { first: 30 });
    const ids = page.edges.map(({ node }) => node.invokeId);
    for (const position of [0, 7, 28]) {
      const after = page.edges[position]?.cursor() ?? null;
      const rest = await read(createGateway(sources), { first: 29 - position, after });
      expect(rest.edges.map(({ node }) => node.invokeId)).toEqual(ids.slice(position + 1));
    }
  });
});

describe("a source that fails", () => {
  it("costs only its own rows, says why, and goes on later from where it was", async () => {
    const sources = [createFixedSource(0, 100), createFixedSource(1, 100)];
    const [, failing] = sources;
    const gateway = createGateway(sources);
    const first = await read(gateway, { first: 97 });
    if (failing) failing.fails = () => "THROTTLED";
    const second = await read(gateway, { first: 10, after: first.endCursor() });
    expect(second.edges.map(({ node }) => node.source.provider).sort()).toEqual([
      ...Array.from({ length: 9 }, () => "ECS"),
      "SWAS",
    ]);
    expect(second.sources.map(({ error, isComplete }) => [error?.code ?? "ok", isComplete])).toEqual([
      ["ok", true],
      ["THROTTLED", false],
    ]);
    expect(second.endCursor()?.length).toBeLessThanOrEqual(120 + 64);
    if (failing) failing.fails = () => null;
    const third = await read(gateway, { first: 100, after: second.endCursor() });
    const ids = [first, second, third].flatMap((page) => page.edges.map(({ node }) => node.invokeId));
    expect([ids.length, new Set(ids).size, third.hasNextPage]).toEqual([200, 200, false]);
  });

  it("leaves each row one cursor, whenever it is asked for, and the page those of its first and last row", async () => {
    const sources = [createFixedSource(0, 3), createFixedSource(1, 3)];
    for (const failing of sources) {
      const gateway = createGateway(sources);
      failing.fails = () => "UNAVAILABLE";
      const { edges, startCursor, endCursor } = await read(gateway, { first: 2 });
      failing.fails = () => null;
      const before = edges.map(({ cursor }) => cursor());
      await gateway.clock.advance(1);
      expect([...edges.map(({ cursor }) => cursor()), startCursor(), endCursor()]).toEqual([...before, ...before]);
    }
  });

  it("leaves an empty page that can be continued where the others have nothing left", async () => {
    const sources = [createFixedSource(0, 0), createFixedSource(1, 3)];
    const [, failing] = sources;
    const gateway = createGateway(sources);
    if (failing) failing.fails = () => "TIMEOUT";
    const page = await read(gateway, { first: 5 });
    expect([page.edges.length, page.hasNextPage, page.endCursor() === null]).toEqual([0, true, false]);
    if (failing) failing.fails = () => null;
    const next = await read(gateway, { first: 5, after: page.endCursor() });
    expect(next.edges).toHaveLength(3);
  });

  it("leaves an empty page that can be continued where it alone has more, and something is known of it", async () => {
    const source = createFixedSource(0, 120);
    const gateway = createGateway([source]);
    const first = await read(gateway, { first: 50 });
    source.fails = () => "UNAVAILABLE";
    const known = await read(gateway, { first: 100, after: first.endCursor() });
    const empty = await read(gateway, { first: 50, after: known.endCursor() });
    const { edges, hasNextPage, isScanComplete, sources } = empty;
    expect([edges, hasNextPage, isScanComplete, sources[0]?.error?.code]).toEqual([[], true, false, "UNAVAILABLE"]);
    source.fails = () => null;
    const last = await read(gateway, { first: 100, after: empty.endCursor() });
    const ids = [first, known, last].flatMap((page) => page.edges.map(({ node }) => node.invokeId));
    expect(ids).toEqual(source.runs.map(({ invokeId }) => invokeId));
  });

  it("is an error where no source answered; the same cursor works again", async () => {
    const sources = [createFixedSource(0, 200), createFixedSource(1, 200)];
    const first = await read(createGateway(sources), { first: 20 });
    const gateway = createGateway(sources);
    for (const [position, source] of sources.entries()) source.fails = () => (position === 0 ? "TIMEOUT" : "FORBIDDEN");
    await expect(read(gateway, { first: 5, after: first.endCursor() })).rejects.toEqual(
      createFailure(sourceAt(1), "FORBIDDEN"),
    );
    for (const source of sources) source.fails = () => null;
    const again = await read(gateway, { first: 40, after: first.endCursor() });
    expect(again.edges).toHaveLength(40);
  });

  it("because its region has no such API is empty and is not asked again", async () => {
    const sources = [createFixedSource(0, 30), createFixedSource(1, 30)];
    const [, unsupported] = sources;
    if (unsupported) unsupported.fails = () => "NOT_SUPPORTED";
    const gateway = createGateway(sources);
    const page = await read(gateway, { first: 30 });
    expect([page.edges.length, page.hasNextPage]).toEqual([30, false]);
    expect(page.sources.map(({ error }) => error?.code ?? "ok")).toEqual(["ok", "NOT_SUPPORTED"]);
  });
});

describe("a region that offers the product no longer", () => {
  it("stays shown as far as it is known, in every direction, and is not asked within the minute", async () => {
    const sources = [createFixedSource(0, 30), createFixedSource(1, 30)];
    const [, unsupported] = sources;
    const gateway = createGateway(sources);
    const ids = async (args: PageArguments) =>
      (await read(gateway, args)).edges.map(({ node }) => `${node.source.regionId} ${node.invokeId}`);
    const known = await ids({ first: 60 });
    if (unsupported) unsupported.fails = () => "NOT_SUPPORTED";
    await gateway.clock.advance(2_000);
    expect(await ids({ first: 60 })).toEqual(known);
    unsupported?.calls.splice(0);
    await gateway.clock.advance(2_000);
    expect([await ids({ first: 60 }), await ids({ last: 60 }), unsupported?.calls]).toEqual([known, known, []]);
  });

  it("is asked again after a minute, and one that never offered it after an hour", async () => {
    const [before, never] = [createFixedSource(0, 30), createFixedSource(1, 30)];
    never.fails = () => "NOT_SUPPORTED";
    const gateway = createGateway([before, never]);
    await read(gateway, { first: 20 });
    before.fails = never.fails;
    await gateway.clock.advance(2_000);
    const after = async (ms: number) => {
      await gateway.clock.advance(ms);
      for (const source of [before, never]) source.calls.splice(0);
      const { sources } = await read(gateway, { first: 20 });
      return [before.calls.length, never.calls.length, sources.map(({ error }) => error?.code ?? "ok")];
    };
    const failing = ["NOT_SUPPORTED", "NOT_SUPPORTED"];
    expect(await after(0)).toEqual([1, 0, failing]);
    expect(await after(59_000)).toEqual([0, 0, failing]);
    expect(await after(1_000)).toEqual([1, 0, failing]);
    before.fails = () => null;
    expect(await after(60_000)).toEqual([1, 0, ["ok", "NOT_SUPPORTED"]]);
    expect(await after(3_480_000)).toEqual([1, 1, ["ok", "NOT_SUPPORTED"]]);
  });

  it("is told as one of which runs may be missing, and ends a walk", async () => {
    const sources = [createFixedSource(0, 30), createFixedSource(1, 130)];
    const [, unsupported] = sources;
    const gateway = createGateway(sources);
    await read(gateway, { first: 60 });
    if (unsupported) unsupported.fails = () => "NOT_SUPPORTED";
    await gateway.clock.advance(2_000);
    const projection = { ...PLAIN, totalCount: true };
    const page = await gateway.services.pageInvocations({ first: 100 }, {}, projection, createOperation());
    const { edges, hasNextPage, totalCount, isScanComplete } = page;
    expect([hasNextPage, totalCount, isScanComplete]).toEqual([false, null, false]);
    expect(edges.length).toBeLessThan(100);
    const filter = { regionIdIn: [unsupported?.source.regionId ?? ""] };
    const rows = await gateway.services.statistics({ by: "NONE", interval: null }, filter, createOperation());
    expect(rows).toMatchObject([{ isComplete: false }]);
    expect(rows[0]?.count).toBeGreaterThan(0);
    expect(page.sources.map(({ error, isComplete }) => [error?.code ?? "ok", isComplete])).toEqual([
      ["ok", true],
      ["NOT_SUPPORTED", false],
    ]);
  });
});

describe("a source one of whose lists failed last", () => {
  /** Of three lists one fails as it is read; the others are read before it, or after it. */
  it.each(["i-0", "i-1", "i-2"])("is not ok until list %s was read, whichever was read later", async (failing) => {
    const world = createFixedSource(1, 9, (serial) => `i-${serial % 3}`);
    world.listsPerInstance = true;
    const gateway = createGateway([world]);
    const states = async (filter: InvocationFilter = {}) => {
      const { sources } = await read(gateway, { first: 20 }, filter);
      return sources.map(({ error, isCurrent }) => [error?.code ?? "ok", isCurrent]);
    };
    expect(await states()).toEqual([["ok", true]]);
    world.fails = (call) => (world.calls[call - 1]?.startsWith(`list ${failing} `) ? "FORBIDDEN" : null);
    await gateway.clock.advance(2_000);
    for (let time = 0; time < 3; time += 1) {
      expect(await states()).toEqual([["FORBIDDEN", false]]);
      await gateway.clock.advance(1_000);
    }
    const other = failing === "i-1" ? "i-2" : "i-1";
    await gateway.clock.advance(2_000);
    expect(await states({ instanceId: other })).toEqual([["ok", true]]);
    expect(await states()).toEqual([["FORBIDDEN", false]]);
    world.fails = () => null;
    await gateway.clock.advance(2_000);
    expect(await states()).toEqual([["ok", true]]);
  });
});

describe("a source that lists per instance", () => {
  it("shows a run on several instances once, with all of them", async () => {
    const world = createFixedSource(1, 120, (serial) => `i-${serial % 3}`);
    world.listsPerInstance = true;
    world.runs = world.runs.map((run, serial) =>
      serial % 2 === 0
        ? run
        : { ...run, instances: [...run.instances, { ...run.instances[0], instanceId: "i-x" }] as typeof run.instances },
    );
    const gateway = createGateway([world]);
    const seen = new Map<string, readonly string[]>();
    let after: string | null = null;
    do {
      const page = await read(gateway, { first: 50, after });
      for (const { node } of page.edges) {
        expect(seen.has(node.invokeId)).toBe(false);
        seen.set(
          node.invokeId,
          node.instances.map((one) => one.instanceId),
        );
      }
      after = page.hasNextPage ? page.endCursor() : null;
      await gateway.clock.advance(2_000);
    } while (after !== null);
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(world.runs.map((run) => [run.invokeId, run.instances.map((one) => one.instanceId)])),
    );
  });
});

describe("runs without a creation time", () => {
  const source = sourceAt(0);
  const run = (invokeId: string, time: number | null) =>
    createRun({ source, invokeId, creationTime: time === null ? null : new Date(time).toISOString() });
  const timed = Array.from({ length: 170 }, (_, serial) =>
    run(`t-${String(serial).padStart(3, "0")}`, NEWEST - serial * 1_000),
  );
  const runs = [...timed, run("t-b", null), run("t-c", null), run("t-a", null)];
  const expected = [...timed.map((one) => one.invokeId), "t-a", "t-b", "t-c"].map((id) => `ECS cn-region-10 ${id}`);
  const walk = (direction: 1 | -1, size: number) =>
    walkAll(createGateway([createWorldSource(source, { runs })]), { size, direction });

  it.each([7, 20, 50, 100])("come last, where the upstream lists them last, in pages of %i", async (size) => {
    expect((await walk(1, size)).pages.flat()).toEqual(expected);
    expect((await walk(-1, size)).pages.flat().reverse()).toEqual(expected);
  });
});
