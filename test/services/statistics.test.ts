import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createView } from "#access";
import { durationMsOf, finishTimeOf, type InstanceInvocation, type Invocation, msBetween } from "#domain";
import type { StatisticsGroup, StatisticsRow } from "#services";
import { createOperation } from "../support/operation.ts";
import { countCalls, NEWEST, sourceAt } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource } from "./support/world.ts";

const instant = (time: number): string => new Date(time).toISOString();

const FAILURES: readonly string[] = ["FAILED", "TIMEOUT"];

/** What a run is made of; the world repeats some of these. One that is over shows where, and where it failed: else it would lack instances. */
const kind = fc
  .record({
    status: fc.constantFrom("SUCCESS", "FAILED", "PARTIAL_FAILED", "RUNNING", "STOPPED", "UNKNOWN"),
    name: fc.constantFrom(null, "", "backup", "build", "deploy"),
    executions: fc.array(
      fc.record({
        status: fc.constantFrom("SUCCESS", "FAILED", "TIMEOUT", "RUNNING", "STOPPED"),
        server: fc.nat(130),
        start: fc.option(fc.nat(90_000)),
        length: fc.option(fc.integer({ min: -1_000, max: 90_000_000 })),
      }),
      { maxLength: 3 },
    ),
  })
  .map((one) => {
    if (one.executions.length === 0) return { ...one, status: "RUNNING" as const };
    const isShown = !/FAILED/.test(one.status) || one.executions.some(({ status }) => FAILURES.includes(status));
    return isShown ? one : { ...one, status: "STOPPED" as const };
  });

/** More runs of two sources than are gone through at once, some of them in one second. */
const world = fc.record({
  kinds: fc.array(kind, { minLength: 1, maxLength: 40 }),
  counts: fc.tuple(fc.integer({ min: 0, max: 1_600 }), fc.integer({ min: 0, max: 300 })),
  perSecond: fc.integer({ min: 1, max: 4 }),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

function sourcesOf({ kinds, counts, perSecond }: World) {
  return counts.map((count, position) => {
    const own = createWorldSource(sourceAt(position));
    const { source } = own;
    own.runs = Array.from({ length: count }, (_, serial) => {
      const { status, name, executions } = kinds[serial % kinds.length] ?? { executions: [] };
      const invokeId = `t-${position}-${String(serial).padStart(4, "0")}`;
      const at = NEWEST - Math.floor(serial / perSecond) * 60_000;
      const instances = [...new Map(executions.map((one) => [one.server, one])).values()].map((one) => ({
        ...createItem({ source, invokeId, instanceId: `i-${one.server}`, status: one.status }),
        startTime: one.start === null ? null : instant(at + one.start),
        finishTime: one.length === null ? null : instant(at + (one.start ?? 0) + one.length),
      }));
      const command = { commandId: "c-1", name: name ?? null, description: null, type: null, content: undefined };
      return createRun({ source, invokeId, creationTime: instant(at), instances, command, ...(status && { status }) });
    });
    return own;
  });
}

interface Counted {
  readonly key: string;
  readonly status: string;
  readonly durationMs: number | null;
}

const executionOf = ({ instanceId, status, startTime, finishTime }: InstanceInvocation): Counted => ({
  key: instanceId,
  status,
  durationMs: msBetween(startTime, finishTime),
});

function groupBy(all: readonly Counted[], member: "key" | "status"): readonly (readonly [string, Counted[]])[] {
  const groups = new Map<string, Counted[]>();
  for (const one of all) {
    const own = groups.get(one[member]) ?? [];
    own.push(one);
    groups.set(one[member], own);
  }
  return [...groups];
}

/** What the rows have to say, counted run by run. */
function countPlainly(runs: readonly Invocation[], by: StatisticsGroup, most = 100) {
  const counted = runs.flatMap((run): readonly Counted[] => {
    if (by === "INSTANCE") return run.instances.map(executionOf);
    const key = by === "COMMAND" ? (run.command.name ?? "c-1") : by === "STATUS" ? run.status : "";
    return [{ key, status: run.status, durationMs: durationMsOf(run) }];
  });
  const rowOf = (all: readonly Counted[]) => {
    const took = all.flatMap(({ durationMs }) => durationMs ?? []).sort((a, b) => a - b);
    const at = (share: number) => took[Math.ceil(share * took.length) - 1];
    return {
      count: all.length,
      statuses: groupBy(all, "status")
        .map(([status, own]) => [status, own.length])
        .sort(),
      took: took.length === 0 ? null : { p50: at(0.5), p90: at(0.9), p99: at(0.99) },
    };
  };
  const groups = groupBy(counted, "key").toSorted(
    ([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1),
  );
  const rest = groups.slice(most).flatMap(([, own]) => own);
  return [...groups.slice(0, most).map(([, own]) => own), ...(rest.length > 0 ? [rest] : [])].map(rowOf);
}

const shown = (rows: readonly StatisticsRow[]) =>
  rows.map(({ count, statusCounts, durationMs }) => ({ count, statuses: [...statusCounts].sort(), took: durationMs }));

const view = createView(
  new Map([
    ["few", { may: ["runs"], sources: [{ account: "*", provider: null, regions: null }], commandNames: ["b*"] }],
  ]),
);

describe("questions about many runs", () => {
  it("count what a plain count comes to, for each view, and read it once", async () => {
    const property = fc.asyncProperty(world, async (plan) => {
      const sources = sourcesOf(plan);
      const { services } = createGateway(sources);
      const filter = { createdAfter: instant(NEWEST - 86_400_000) };
      const since = sources
        .flatMap(({ runs }) => runs)
        .filter((run) => (run.creationTime ?? "") >= filter.createdAfter);
      const seen = since.filter(({ command }) => command.name?.startsWith("b"));
      let calls = -1;
      for (const by of ["NONE", "COMMAND", "STATUS", "INSTANCE"] as const) {
        const rows = await services.statistics({ by, interval: null }, filter, createOperation());
        const few = await services.forView(view).statistics({ by, interval: null }, filter, createOperation());
        expect([by, shown(rows), shown(few)]).toEqual([by, countPlainly(since, by), countPlainly(seen, by)]);
        expect([...rows, ...few].every(({ isComplete }) => isComplete)).toBe(true);
        if (calls < 0) calls = countCalls(sources);
      }
      const projection = { ...PLAIN, totalCount: true };
      for (const one of [services, services.forView(view)]) {
        const page = await one.pageOrdered({ first: 50 }, "FINISH_TIME_DESC", filter, projection, createOperation());
        const meant = one === services ? since : seen;
        const ends = meant.map((run) => finishTimeOf(run) ?? "").sort((a, b) => (a < b ? 1 : -1));
        expect(page.totalCount).toBe(meant.length);
        expect(page.edges.map(({ node }) => finishTimeOf(node) ?? "")).toEqual(ends.slice(0, 50));
      }
      expect(countCalls(sources)).toBe(calls);
    });
    await fc.assert(property, { numRuns: 12, seed: 20_260_102 });
  });

  it("count the largest groups by the hour also where all of them would be more than are held at a time", async () => {
    const own = createWorldSource(sourceAt(0));
    const { source } = own;
    const servers = 200;
    own.runs = Array.from({ length: 150 }, (_, serial) => {
      const invokeId = `t-${serial}`;
      const creationTime = instant(NEWEST - serial * 3_600_000);
      // Each server runs less often than the one before.
      const meant = Array.from({ length: servers }, (_, server) => server).filter(
        (server) => serial < 150 - server / 4,
      );
      const instances = meant.map((server) => createItem({ source, invokeId, instanceId: `i-${server}` }));
      return createRun({ source, invokeId, creationTime, instances });
    });
    const { services } = createGateway([own]);
    const filter = { createdAfter: instant(NEWEST - 200 * 3_600_000) };
    const ask = (interval: "HOUR" | null) =>
      services.statistics({ by: "INSTANCE", interval }, filter, createOperation());
    const whole = await ask(null);
    const calls = countCalls([own]);
    const rows = await ask("HOUR");
    expect([shown(whole), countCalls([own])]).toEqual([countPlainly(own.runs, "INSTANCE"), calls]);
    const newest = rows.filter(({ intervalStart }) => intervalStart === Math.floor(NEWEST / 3_600_000) * 3_600_000);
    expect(shown(newest)).toEqual(countPlainly(own.runs.slice(0, 1), "INSTANCE", 20));
    expect([rows.length, rows.some(({ isComplete }) => isComplete)]).toEqual([1_000, false]);
    // Twenty servers and the rest have a row an hour each: a thousand rows are so many hours.
    const perServer = new Map(
      [...new Set(rows.map(({ key }) => key))].map((key) => [key, rows.filter((row) => row.key === key).length]),
    );
    expect([...perServer.values()].every((hours) => hours === 47 || hours === 48)).toBe(true);
    expect([...perServer.keys()].sort()).toEqual([null, ...whole.slice(0, 20).map(({ key }) => key)].sort());
  });
});
