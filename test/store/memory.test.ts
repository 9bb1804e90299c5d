import { describe, expect, it } from "@jest/globals";
import type { Source } from "#domain";
import { type Asker, addSpan, createMemoryStore, LIST_END, LIST_HEAD, type RunStore, type StoredRun } from "#store";
import { createOperation } from "../support/operation.ts";
import { describeRunStore } from "./conformance.ts";
import {
  ECS,
  EVERYTHING,
  idsOf,
  itemOf,
  NOTHING,
  outputOf,
  resultFor,
  runAt,
  SWAS,
  timeAt,
  whole,
  withSpans,
} from "./records.ts";

describeRunStore("memory", async () => createMemoryStore({ bytesMax: 64_000_000 }));

describe("thousands of runs of which none is meant", () => {
  const COUNT = 10_000;

  const asked = { stretches: [whole(ECS)], query: { invokeId: "t-new" }, limit: 20 };
  type Ask = (store: RunStore, asker?: Asker) => Promise<unknown>;
  const questions: readonly (readonly [string, Ask, unknown])[] = [
    ["a page", (store, asker) => store.readPage({ ...asked, asker, direction: 1, projection: NOTHING }), []],
    [
      "a page from its end",
      (store, asker) => store.readPage({ ...asked, asker, direction: -1, projection: NOTHING }),
      [],
    ],
    [
      "outlines",
      (store, asker) => store.readOutlines({ ...asked, asker, detail: "RUNS" }),
      { outlines: [], next: null },
    ],
    ["a count", (store, asker) => store.count({ ...asked, asker }), 0],
  ];

  it.each(questions)(
    "keep nobody waiting for %s, and are those of the moment of the question",
    async (_name, ask, nothing) => {
      const store = createMemoryStore({ bytesMax: 256_000_000 });
      const runs = Array.from({ length: COUNT }, (_, n) => runAt(n, `t-${n}`));
      await store.write({ source: ECS, readAt: 1, runs });
      let rounds = 0;
      let isOver = false;
      const count = () => {
        rounds += 1;
        if (!isOver) setImmediate(count);
      };
      setImmediate(count);
      const answer = ask(store);
      await store.write({ source: ECS, readAt: 2, runs: [runAt(COUNT / 2, "t-new")] });
      expect(await answer).toEqual(nothing);
      isOver = true;
      expect(rounds).toBeGreaterThanOrEqual(COUNT / 2_000 - 1);
    },
  );

  it.each(questions)(
    "pause for %s as often as the question says how, and no longer than it may go on",
    async (_name, ask) => {
      const store = createMemoryStore({ bytesMax: 256_000_000 });
      await store.write({ source: ECS, readAt: 1, runs: Array.from({ length: COUNT }, (_, n) => runAt(n, `t-${n}`)) });
      let pauses = 0;
      const pauseUpTo = (most: number) => async () => {
        pauses += 1;
        if (pauses > most) throw new Error("It has ended.");
      };
      await ask(store, { ...createOperation(), pause: pauseUpTo(COUNT) });
      expect(pauses).toBe(COUNT / 2_000 - 1);
      pauses = 0;
      await expect(ask(store, { ...createOperation(), pause: pauseUpTo(1) })).rejects.toThrow("It has ended.");
      expect(pauses).toBe(2);
    },
  );
});

it("is written a few runs at a time, also if only one of the many servers of each was read again", async () => {
  const SERVERS = 100;
  const store = createMemoryStore({ bytesMax: 64_000_000 });
  const runOn = (n: number, servers: number, text: string) => {
    const on = (server: number) =>
      itemOf({ invokeId: `t-${n}`, instanceId: `i-${server}`, output: servers === 1 ? outputOf(text) : undefined });
    return runAt(n, `t-${n}`, { instances: Array.from({ length: servers }, (_, server) => on(server)) });
  };
  const runs = (servers: number) => Array.from({ length: 50 }, (_, n) => runOn(n, servers, `text ${n}`));
  await store.write({ source: ECS, readAt: 1, runs: runs(SERVERS) });
  let rounds = 0;
  const count = () => {
    rounds += 1;
    ticking = setImmediate(count);
  };
  let ticking = setImmediate(count);
  await store.write({ source: ECS, readAt: 2, runs: runs(1) });
  clearImmediate(ticking);
  expect(rounds).toBeGreaterThanOrEqual((50 * SERVERS) / 500 - 1);
});

describe("memory that is full", () => {
  const store = () => createMemoryStore({ bytesMax: 40_000 });
  const many = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => runAt(from + n, `t-${from + n}`));

  it("lets the oldest runs go, and coverage says so", async () => {
    const memory = store();
    for (let n = 40; n > 0; n -= 10) {
      const known = await memory.readList(ECS, "all");
      const read = { from: n === 40 ? LIST_HEAD : timeAt(n - 1), to: n === 10 ? LIST_END : timeAt(n - 11) };
      const record = withSpans(known, addSpan(known.spans, read));
      await memory.write({ source: ECS, readAt: n, runs: many(n - 10, n), list: { key: "all", record } });
    }
    const ids = await idsOf(memory, {});
    const { spans } = await memory.readList(ECS, "all");
    const known = (n: number) => spans.some(({ from, to }) => to < timeAt(n) && timeAt(n) <= from);
    const claimed = Array.from({ length: 40 }, (_, n) => n).filter(known);
    expect(claimed.length).toBeGreaterThan(0);
    expect(claimed.filter((n) => !ids.includes(`t-${n}`))).toEqual([]);
    expect(ids.length).toBeLessThan(40);
  });

  const long = "x".repeat(4_000);
  it.each([
    ["tags", { tags: [{ key: "k", value: long }] }],
    ["parameters", { parameters: { deep: [{ text: long }] } }],
    ["a word of its own", { terminationMode: long }],
    ["error", { instances: [itemOf({ invokeId: "t-0", error: { code: "Unknown", info: long } })] }],
  ])("counts long texts too: %s", async (_name, given) => {
    const memory = store();
    const runs = Array.from({ length: 10 }, (_, n) => runAt(n, `t-${n}`, given));
    await memory.write({ source: ECS, readAt: 1, runs });
    const kept = await memory.count({ stretches: [whole(ECS)], query: {} });
    expect([kept > 0, kept < 5]).toEqual([true, true]);
  });

  it("counts what it holds of each source: runs, and those of which it can tell no output", async () => {
    const memory = store();
    for (const source of [ECS, SWAS]) {
      const lacking = (invokeId: string) => [itemOf({ source, invokeId, output: undefined })];
      const runs = many(0, 30).map(({ invokeId }, n) =>
        runAt(n, invokeId, n % 3 === 0 ? { source } : { source, instances: lacking(invokeId) }),
      );
      await memory.write({ source, readAt: 1, runs });
      await memory.write({ source, readAt: 2, results: [resultFor("t-28", { source })], gone: ["t-29"] });
    }
    const stretches = [whole(ECS), whole(SWAS)];
    const all = await memory.readPage({ stretches, query: {}, direction: 1, limit: 100, projection: NOTHING });
    const countOf = async (source: Source) => [
      await memory.count({ stretches: [whole(source)], query: {} }),
      await memory.countLackingOutputs(source, 0),
    ];
    const heldOf = ({ provider }: Source) => {
      const held = all.filter(({ run }) => run.source.provider === provider);
      const isLacking = ({ run, isGone }: StoredRun) =>
        !isGone && run.instances.some((one) => one.output === undefined);
      return [held.length, held.filter(isLacking).length];
    };
    expect(all.length).toBeLessThan(60);
    expect([await countOf(ECS), await countOf(SWAS)]).toEqual([heldOf(ECS), heldOf(SWAS)]);
    expect(await memory.count({ stretches, query: {} })).toBe(all.length);
  });

  it("does not claim again what it let go while a list was read on", async () => {
    const memory = store();
    const all = [{ from: LIST_HEAD, to: LIST_END }];
    const record = withSpans(await memory.readList(ECS, "all"), all);
    await memory.write({ source: ECS, readAt: 1, runs: many(0, 10), list: { key: "all", record } });
    const known = await memory.readList(ECS, "all");
    await memory.write({ source: ECS, readAt: 2, runs: many(100, 140) });
    await memory.write({ source: ECS, readAt: 3, list: { key: "all", record: known } });
    expect(await idsOf(memory, {})).not.toContain("t-0");
    const { spans } = await memory.readList(ECS, "all");
    expect(spans.filter(({ from, to }) => to < timeAt(0) && timeAt(0) <= from)).toEqual([]);
  });
});

describe("memory that is written to while it takes a large write", () => {
  // Of so much weight that others are served before its end.
  const fillers = Array.from({ length: 700 }, (_, n) => runAt(n, `t-${n}`));
  const at = (stdout: string) =>
    runAt(1_000, "t-x", { instances: [itemOf({ invokeId: "t-x", output: outputOf(stdout) })] });

  it("keeps what was read later, and tells of one write after the other", async () => {
    const memory = createMemoryStore({ bytesMax: 64_000_000 });
    const told: (readonly string[])[] = [];
    memory.onChange((changes) => told.push(changes.map(({ after }) => after.invokeId)));
    await Promise.all([
      memory.write({ source: ECS, readAt: 1, runs: [...fillers, at("one")] }),
      memory.write({ source: ECS, readAt: 2, runs: [at("one\ntwo")] }),
    ]);
    const [x] = await memory.readRuns([{ source: ECS, invokeId: "t-x" }], EVERYTHING);
    expect(x).toMatchObject({ readAt: 2, run: at("one\ntwo") });
    expect(told).toEqual([[...fillers.map(({ invokeId }) => invokeId), "t-x"], ["t-x"]]);
  });

  it("keeps what it knows of a list from the write that came last", async () => {
    const memory = createMemoryStore({ bytesMax: 64_000_000 });
    const known = await memory.readList(ECS, "all");
    const [less, more] = [20, 10].map((n) => withSpans(known, [{ from: LIST_HEAD, to: timeAt(n) }]));
    if (less === undefined || more === undefined) throw new Error("There are two.");
    await Promise.all([
      memory.write({ source: ECS, readAt: 1, runs: fillers, list: { key: "all", record: less } }),
      memory.write({ source: ECS, readAt: 2, list: { key: "all", record: more } }),
    ]);
    expect((await memory.readList(ECS, "all")).spans).toEqual(more.spans);
  });

  it("goes on after a write that fails", async () => {
    const memory = createMemoryStore({ bytesMax: 64_000_000 });
    const broken = memory.write({ source: ECS, readAt: 1, runs: [null as never] });
    const sound = memory.write({ source: ECS, readAt: 1, runs: [at("one")] });
    await expect(broken).rejects.toThrow(TypeError);
    await sound;
    expect(await idsOf(memory, {})).toEqual(["t-x"]);
  });
});
