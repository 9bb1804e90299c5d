import { describe, expect, it } from "@jest/globals";
import { createFallbackStore, createMemoryStore, LIST_END, LIST_HEAD, type ListRecord, type RunStore } from "#store";
import { createFakeClock } from "../support/clock.ts";
import { describeRunStore } from "./conformance.ts";
import { ECS, idsOf, runAt, withSpans } from "./records.ts";

/** A database that is away when it is told to be. */
function createAwayDatabase() {
  const kept = createMemoryStore({ bytesMax: 64_000_000 });
  const database = {
    error: null as Error | null,
    /** Of writes alone. */
    writeError: null as Error | null,
    asked: 0,
    store: {} as RunStore & { ping(): Promise<void> },
  };
  const guard = <Args extends unknown[], Answer>(method: (...args: Args) => Promise<Answer>) => {
    return async (...args: Args): Promise<Answer> => {
      database.asked += 1;
      if (database.error !== null) throw database.error;
      return method(...args);
    };
  };
  database.store = {
    write: guard(async (one) => {
      if (database.writeError !== null) throw database.writeError;
      return kept.write(
        one.list === undefined ? one : { ...one, list: { ...one.list, record: swapped(one.list.record) } },
      );
    }),
    readRuns: guard(kept.readRuns),
    readLooseResults: guard(kept.readLooseResults),
    readPage: guard(kept.readPage),
    readOutlines: guard(kept.readOutlines),
    count: guard(kept.count),
    readUnfinished: guard(kept.readUnfinished),
    readLackingOutputs: guard(kept.readLackingOutputs),
    countLackingOutputs: guard(kept.countLackingOutputs),
    readList: guard(async (source, key) => swapped(await kept.readList(source, key))),
    oldestTime: guard(kept.oldestTime),
    onChange: kept.onChange,
    ping: guard(async () => {}),
    close: kept.close,
  };
  return database;
}

// Both keepers of these tests are memory, and must not take each other's marks for their own.
function swapped(record: ListRecord): ListRecord {
  const [keeper, ...rest] = record.basis.split(":");
  return { ...record, basis: [keeper === "memory" ? "database" : "memory", ...rest].join(":") };
}

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:5432"), { code: "ECONNREFUSED" });
const stopped = (): Error => Object.assign(new Error("terminating connection"), { code: "57P01" });

async function start(error: Error | null = null) {
  const database = createAwayDatabase();
  database.error = error;
  const clock = createFakeClock();
  const notices: string[] = [];
  const store = createFallbackStore({
    open: async () => {
      if (database.error !== null) throw database.error;
      return database.store;
    },
    memory: createMemoryStore({ bytesMax: 64_000_000 }),
    openingMs: 8_000,
    clock,
    telemetry: { notice: ({ level, message }) => void notices.push(`${level}: ${message}`) },
  });
  await clock.advance(0);
  return { database, clock, notices, store };
}

describeRunStore("memory while the database is away", async () => (await start(refused())).store);

describe("a database that is away", () => {
  const AWAY =
    "error: memory is read and written until the database answers: `DATABASE_URL`: expected a database that can be read and written, but ";
  const BACK = "info: the database answers again: it is read and written";

  it("at the beginning is asked again every second, and used once it answers", async () => {
    const { database, clock, notices, store } = await start(refused());
    await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-memory")] });
    expect([store.state(), await idsOf(store, {})]).toEqual(["memory", ["t-memory"]]);
    await clock.advance(1_000);
    expect(clock.sleeps).toEqual([1_000, 1_000]);
    database.error = null;
    await clock.advance(1_000);
    expect([store.state(), await idsOf(store, {})]).toEqual(["database", []]);
    expect(notices).toEqual([
      `${AWAY}the server does not answer. Start it, or correct host and port. (ECONNREFUSED)`,
      BACK,
    ]);
    await store.close();
  });

  it("in between is no error to a reader, is told of once, and comes back with what it held", async () => {
    const { database, clock, notices, store } = await start();
    await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-kept")] });
    database.error = stopped();
    expect(await Promise.all([idsOf(store, {}), idsOf(store, {})])).toEqual([[], []]);
    await store.write({ source: ECS, readAt: 2, runs: [runAt(2, "t-memory")] });
    expect([store.state(), await idsOf(store, {})]).toEqual(["memory", ["t-memory"]]);
    database.error = null;
    await clock.advance(1_000);
    expect([store.state(), await idsOf(store, {})]).toEqual(["database", ["t-kept"]]);
    expect(notices).toEqual([
      `${AWAY}the server starts, stops or is a read-only standby. Wait, or name the primary. (57P01)`,
      BACK,
    ]);
    await store.close();
  });

  it("never claims what only memory read, nor memory what only the database holds", async () => {
    const { database, clock, store } = await start();
    const whole = [{ from: LIST_HEAD, to: LIST_END }];
    const ofDatabase = withSpans(await store.readList(ECS, "all"), whole);
    database.error = stopped();
    const ofMemory = withSpans(await store.readList(ECS, "all"), whole);
    await store.write({ source: ECS, readAt: 1, list: { key: "all", record: ofDatabase } });
    expect((await store.readList(ECS, "all")).spans).toEqual([]);
    database.error = null;
    await clock.advance(1_000);
    await store.write({ source: ECS, readAt: 2, list: { key: "all", record: ofMemory } });
    expect((await store.readList(ECS, "all")).spans).toEqual([]);
    await store.close();
  });

  it("whose disk is full is memory until it takes what it refused, though it answers questions all the while", async () => {
    const { database, clock, notices, store } = await start();
    await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-kept")] });
    database.writeError = Object.assign(new Error("could not extend file"), { code: "53100" });
    await store.write({ source: ECS, readAt: 2, runs: [runAt(2, "t-refused")] });
    await clock.advance(5_000);
    await store.write({ source: ECS, readAt: 3, runs: [runAt(3, "t-memory")] });
    expect([store.state(), await idsOf(store, {})]).toEqual(["memory", ["t-memory", "t-refused"]]);
    database.writeError = null;
    await clock.advance(1_000);
    expect([store.state(), await idsOf(store, {})]).toEqual(["database", ["t-refused", "t-kept"]]);
    expect(notices).toEqual([`${AWAY}the disk is full. Free some space, or lower RETENTION_DAYS. (53100)`, BACK]);
    await store.close();
  });

  it("that is away for one write is used again once it answers, whatever it says to that write", async () => {
    const { database, clock, notices, store } = await start();
    database.writeError = Object.assign(new Error("index row size exceeds"), { code: "54000" });
    await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-refused")] });
    await clock.advance(1_000);
    await clock.advance(1_000);
    expect(notices).toEqual([expect.stringContaining(AWAY), BACK]);
    expect(store.state()).toBe("database");
    await store.close();
  });

  it("that refused a write is used again if it is the write that is wrong", async () => {
    const { database, clock, store } = await start();
    database.writeError = stopped();
    await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-refused")] });
    database.writeError = Object.assign(new Error("value too long"), { code: "22001" });
    await clock.advance(1_000);
    await clock.advance(1_000);
    expect(store.state()).toBe("database");
    await store.close();
  });

  it("is not what is wrong with a statement: that is told as it is", async () => {
    const { database, store } = await start();
    database.error = Object.assign(new Error("syntax error"), { code: "42601" });
    await expect(idsOf(store, {})).rejects.toThrow("syntax error");
    expect(store.state()).toBe("database");
    await store.close();
  });

  it("tells who listens of changes, wherever they are written", async () => {
    const { database, store } = await start();
    const told: string[] = [];
    store.onChange((changes) => void told.push(...changes.map(({ after }) => after.invokeId)));
    await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-1")] });
    database.error = stopped();
    await store.write({ source: ECS, readAt: 2, runs: [runAt(2, "t-2")] });
    expect(told).toEqual(["t-1", "t-2"]);
    await store.close();
  });
});

describe("a database that takes long to open", () => {
  async function openSlowly() {
    const { store: kept } = createAwayDatabase();
    await kept.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-kept")] });
    const clock = createFakeClock();
    let open = (_store: typeof kept): void => {};
    const opening = new Promise<typeof kept>((resolve) => {
      open = resolve;
    });
    const memory = createMemoryStore({ bytesMax: 64_000_000 });
    const telemetry = { notice: () => {} };
    const store = createFallbackStore({ open: () => opening, memory, openingMs: 800, clock, telemetry });
    return { clock, store, open: () => open(kept) };
  }

  it("is waited for, since it may know what the upstream has forgotten", async () => {
    const { clock, store, open } = await openSlowly();
    const asked = idsOf(store, {});
    await clock.advance(799);
    open();
    expect([await asked, store.state()]).toEqual([["t-kept"], "database"]);
    await store.close();
  });

  it("is not waited for longer than was said", async () => {
    const { clock, store, open } = await openSlowly();
    const asked = idsOf(store, {});
    await clock.advance(800);
    expect([await asked, await idsOf(store, {}), store.state()]).toEqual([[], [], "opening"]);
    open();
    await clock.advance(0);
    expect([await idsOf(store, {}), store.state()]).toEqual([["t-kept"], "database"]);
    await store.close();
  });
});
