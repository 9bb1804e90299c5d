import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { type ClockAhead, createClockAhead } from "../support/clock-ahead.ts";
import { ecsRun } from "./bodies.ts";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns, type Run } from "./world.ts";

let rig: Rig;
let clock: ClockAhead;
afterEach(() => rig.stop());

const NOON = Date.UTC(2026, 0, 2, 12);
const MINUTE = 60_000;
const PAGE = `query ($first: Int!, $after: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, filter: $filter) {
    nodes { invokeId isGoneUpstream } totalCount pageInfo { hasNextPage endCursor } sources { ok isComplete error { code } } } }`;
const OK = [{ ok: true, isComplete: true, error: null }];

/** Newest first: a minute apart, the newest at noon. */
const apart = (count: number): readonly Run[] =>
  manyRuns(count, "t-u").map((run, index) => ({ ...run, at: NOON - index * MINUTE }));

type Order = (runs: readonly Run[]) => readonly Run[];
const newestFirst: Order = (runs) => runs;
const oldestFirst: Order = (runs) => runs.toReversed();
const shuffled: Order = (runs) => runs.map((_, index) => runs[(index * 37 + 11) % runs.length] as Run);
/** Runs of which each is much older than the one in front of it, and then from the newest again. */
const inStrides: Order = (runs) => runs.map((_, index) => runs[(index * 13) % runs.length] as Run);
/** The first answers of a list are in order, all others are not. */
const shuffledBehind: Order = (runs) => [...runs.slice(30, 90), ...shuffled([...runs.slice(0, 30), ...runs.slice(90)])];

/** Starts a region whose token lists have this order. */
async function start(listed: () => readonly Run[]): Promise<void> {
  clock = createClockAhead(systemClock);
  rig = await startRig({ "ECS/cn-hangzhou": createPlace([]) }, {}, clock);
  rig.far.interfere = ({ asked }) => {
    const at = Number(asked.get("NextToken")?.slice(2) ?? 0);
    const runs = listed();
    const page = runs.slice(at, at + 50).map((run) => ecsRun(run, asked));
    const next = at + 50 < runs.length ? { NextToken: `t-${at + 50}` } : {};
    return { status: 200, body: { RequestId: "R", ...next, Invocations: { Invocation: page } } };
  };
}

/** Asks once, and tells how many calls it cost. */
async function ask(query: string, variables: object) {
  const before = rig.far.calls.length;
  const { data, errors } = await rig.ask(query, { ...variables });
  expect(errors).toBeUndefined();
  return { data, calls: rig.far.calls.length - before };
}

const since = (minutes: number) => ({ createdAfter: new Date(NOON - minutes * MINUTE).toISOString() });
const idsOf = (runs: readonly Run[]) => runs.map(({ invokeId }) => invokeId);
const shown = (runs: readonly Run[]) => runs.map(({ invokeId }) => ({ invokeId, isGoneUpstream: false }));

const ORDERS = [
  ["oldest first", 51, oldestFirst],
  ["oldest first", 130, oldestFirst],
  ["in no order", 130, shuffled],
  ["in strides", 120, inStrides],
] as const;

describe("a token list that shows its runs in another order than the newest first", () => {
  it.each(ORDERS)(
    "%s, %i of them: a question by time has what is meant, however often",
    async (_name, count, order) => {
      const all = apart(count);
      await start(() => order(all));
      const calls = Math.ceil(count / 50);
      for (let time = 1; time <= 3; time += 1) {
        const page = await ask(PAGE, { first: 50, filter: since(29) });
        const { nodes, totalCount, sources } = page.data.invocations;
        expect({ nodes, totalCount, sources, calls: page.calls }).toEqual({
          nodes: shown(all.slice(0, 30)),
          totalCount: 30,
          sources: OK,
          calls,
        });
        clock.pass(5_000);
      }
      // What has just been read answers a question by another time.
      await ask(PAGE, { first: 50, filter: since(29) });
      const other = await ask(PAGE, { first: 50, filter: since(9) });
      expect([other.data.invocations.nodes, other.calls]).toEqual([shown(all.slice(0, 10)), 0]);
    },
  );

  it.each(ORDERS)("%s, %i of them: all questions by time count the same", async (_name, count, order) => {
    await start(() => order(apart(count)));
    const filter = since(29);
    const { data } = await ask(
      `query ($filter: InvocationFilter) {
        invocations(first: 3, orderBy: FINISH_TIME_DESC, filter: $filter) { totalCount sources { ok isComplete error { code } } }
        statistics(by: PROVIDER, filter: $filter) { key count isComplete } }`,
      { filter },
    );
    expect(data).toEqual({
      invocations: { totalCount: 30, sources: OK },
      statistics: [{ key: "ECS", count: 30, isComplete: true }],
    });
  });

  it.each(ORDERS)("%s, %i of them: a walk has every run once, newest first", async (_name, count, order) => {
    const all = apart(count);
    await start(() => order(all));
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await ask(PAGE, { first: 20, after });
      const { nodes, pageInfo, sources } = data.invocations;
      expect(sources).toEqual(OK);
      ids.push(...nodes.map(({ invokeId }: { invokeId: string }) => invokeId));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(ids).toEqual(idsOf(all));
  });

  it.each(ORDERS)("%s, %i of them: what comes since is seen, wherever it stands", async (_name, count, order) => {
    const all = apart(count + 5);
    let arrived = 5;
    await start(() => order(all.slice(arrived)));
    await ask(PAGE, { first: 20, filter: since(19) });
    arrived = 0;
    clock.pass(5_000);
    const { data } = await ask(PAGE, { first: 20, filter: since(19) });
    expect([data.invocations.nodes, data.invocations.sources]).toEqual([shown(all.slice(0, 20)), OK]);
  });

  it("in no order behind answers that have one: nothing is lost without a word", async () => {
    const all = apart(200);
    await start(() => shuffledBehind(all));
    const first = await ask(PAGE, { first: 100, filter: since(149) });
    expect([first.data.invocations.nodes, first.data.invocations.totalCount]).toEqual([shown(all.slice(0, 100)), 150]);
    expect([first.data.invocations.sources, first.calls]).toEqual([OK, 4]);
  });

  it("is asked no more than it needs once it has an order again", async () => {
    const all = apart(130);
    let order: Order = oldestFirst;
    await start(() => order(all));
    await ask(PAGE, { first: 20, filter: since(19) });
    order = newestFirst;
    clock.pass(5_000);
    const { data, calls } = await ask(PAGE, { first: 20, filter: since(19) });
    expect([data.invocations.nodes, data.invocations.sources, calls]).toEqual([shown(all.slice(0, 20)), OK, 1]);
  });
});

it("a token list that shows its newest runs first is read no further than a question by time needs", async () => {
  const all = apart(130);
  await start(() => all);
  for (const calls of [1, 1]) {
    const page = await ask(PAGE, { first: 50, filter: since(29) });
    expect([page.data.invocations.nodes, page.calls]).toEqual([shown(all.slice(0, 30)), calls]);
    clock.pass(5_000);
  }
});
