import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { createDatabase, createFallbackStore, createMemoryStore } from "#store";
import { connectServer } from "../../src/store/sql/connect.ts";
import type { Tables } from "../../src/store/sql/tables.ts";
import { createFakeClock } from "../support/clock.ts";
import { openWay } from "../support/way.ts";
import { ECS, idsOf, runAt } from "./records.ts";

const url = process.env.TEST_DATABASE_URL ?? "";

// Only a server can be cut off; the rest of the suite holds without one.
describe("a server that is cut off in the middle of reading and writing", () => {
  it("is no error to anybody, and is used again once it answers", async () => {
    const way = await openWay(new URL(url));
    const schema = `test_${randomBytes(6).toString("hex")}`;
    const clock = createFakeClock();
    const parts = { holder: { host: "tests", processId: 1 }, newContentKey: () => randomBytes(32), newId: randomUUID };
    const database = createDatabase({ url: way.url, schema, clock, ...parts });
    const memory = createMemoryStore({ bytesMax: 1_000_000 });
    const notices: string[] = [];
    const telemetry = { notice: ({ level }: { readonly level: string }) => void notices.push(level) };
    const store = createFallbackStore({ open: database.open, memory, openingMs: 8_000, clock, telemetry });
    // Time passes slowly enough for the server to answer a sign of life, which would be taken for silence otherwise.
    const until = async (state: string) => {
      for (let beatAt = 0; store.state() !== state; ) {
        const isDue = performance.now() - beatAt > 200;
        if (isDue) beatAt = performance.now();
        await clock.advance(isDue ? 1_000 : 0);
      }
    };
    try {
      await until("database");
      await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-1")] });
      const busy = Array.from({ length: 40 }, (_, n) =>
        n % 2 === 0 ? idsOf(store, {}) : store.write({ source: ECS, readAt: n, runs: [runAt(n, `t-${n}`)] }),
      );
      await way.cut();
      await Promise.all(busy);
      await idsOf(store, {});
      expect(store.state()).toBe("memory");
      await way.mend();
      await until("database");
      expect(await idsOf(store, {})).toContain("t-1");
      expect(notices).toEqual(["error", "info"]);
    } finally {
      await store.close();
      await database.close();
      await way.cut();
      const { db, close } = connectServer(url);
      await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
      await close();
    }
  });

  it("or that falls silent is no error either, and is used again over new connections", async () => {
    const way = await openWay(new URL(url));
    const schema = `test_${randomBytes(6).toString("hex")}`;
    const clock = createFakeClock();
    const parts = { holder: { host: "tests", processId: 1 }, newContentKey: () => randomBytes(32), newId: randomUUID };
    const database = createDatabase({ url: way.url, schema, clock, ...parts });
    const memory = createMemoryStore({ bytesMax: 1_000_000 });
    const telemetry = { notice: () => {} };
    const store = createFallbackStore({ open: database.open, memory, openingMs: 8_000, clock, telemetry });
    // Time passes slowly enough for the server to answer a sign of life, which would be taken for silence otherwise.
    const until = async (state: string) => {
      for (let beatAt = 0; store.state() !== state; ) {
        const isDue = performance.now() - beatAt > 200;
        if (isDue) beatAt = performance.now();
        await clock.advance(isDue ? 1_000 : 0);
      }
    };
    try {
      await until("database");
      await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-1")] });
      way.freeze();
      const asked = idsOf(store, {});
      await until("memory");
      expect(await asked).toEqual([]);
      await until("database");
      expect(await idsOf(store, {})).toEqual(["t-1"]);
    } finally {
      await store.close();
      await database.close();
      await way.cut();
      const { db, close } = connectServer(url);
      await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
      await close();
    }
  });

  it.each([
    ["as long as others are answered, as behind a busy pooler", true],
    ["no longer once none is answered", false],
  ])("waits for an answer %s", async (_, isAnswered) => {
    const { db, pulse, listen, close } = connectServer(url);
    try {
      await db.connection().execute(async (holding) => {
        const key = sql`hashtext(${randomUUID()})`;
        const lock = (how: RawBuilder<unknown>, of: Kysely<Tables>) =>
          sql<{ at: string }>`select ${how}::text as at`.execute(of);
        await lock(sql`pg_advisory_lock(${key})`, holding);
        const waiting = lock(sql`pg_advisory_lock(${key})`, pulse).then(
          () => "answered",
          () => "given up",
        );
        while (
          (await lock(sql`(select count(*) from pg_locks where not granted and locktype = 'advisory')`, holding))
            .rows[0]?.at === "0"
        ) {}
        const giveUpIfSilent = listen();
        if (isAnswered) await lock(sql`1`, holding);
        giveUpIfSilent();
        if (isAnswered) await lock(sql`pg_advisory_unlock(${key})`, holding);
        expect(await waiting).toBe(isAnswered ? "answered" : "given up");
      });
    } finally {
      await close();
    }
  });
});

// Somebody drops them, or drops the database and creates it again.
describe("tables that vanish under a keeper", () => {
  async function open() {
    const schema = `test_${randomBytes(6).toString("hex")}`;
    const clock = createFakeClock();
    const parts = { holder: { host: "tests", processId: 1 }, newContentKey: () => randomBytes(32), newId: randomUUID };
    const database = createDatabase({ url, schema, clock, ...parts });
    const notices: string[] = [];
    const store = createFallbackStore({
      open: database.open,
      memory: createMemoryStore({ bytesMax: 1_000_000 }),
      openingMs: 8_000,
      clock,
      telemetry: { notice: ({ level, message }) => void notices.push(`${level}: ${message}`) },
    });
    const { db, close } = connectServer(url);
    return {
      store,
      schema,
      clock,
      notices,
      carryOut: async (statement: RawBuilder<unknown>) => void (await statement.execute(db)),
      async settle(state: string) {
        while (store.state() !== state) await clock.advance(0);
      },
      async end() {
        await store.close();
        await database.close();
        await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
        await close();
      },
    };
  }
  const PROBLEM =
    "error: memory is read and written until the database answers: `DATABASE_URL`: expected a database that can be read and written, but its tables are gone. Restore them, or let the gateway make them anew. (42P01)";
  const BACK = "info: the database answers again: it is read and written";

  it("are no error to a reader or a writer, and are made anew", async () => {
    const { store, schema, notices, carryOut, settle, end } = await open();
    try {
      await settle("database");
      await store.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-before")] });
      const record = { ...(await store.readList(ECS, "all")), spans: [{ from: 9, to: 0 }], readAt: 1 };
      await store.write({ source: ECS, readAt: 1, list: { key: "all", record } });
      const known = await store.readList(ECS, "all");
      for (const ask of [() => idsOf(store, {}), () => store.write({ source: ECS, readAt: 2, runs: [] })]) {
        await carryOut(sql`drop schema ${sql.id(schema)} cascade`);
        notices.length = 0;
        await ask();
        await idsOf(store, {});
        await settle("database");
        expect([notices, await idsOf(store, {})]).toEqual([[PROBLEM, BACK], []]);
      }
      // What the lost tables held is not claimed to be known.
      await store.write({ source: ECS, readAt: 3, runs: [runAt(3, "t-after")], list: { key: "all", record: known } });
      expect([await idsOf(store, {}), (await store.readList(ECS, "all")).spans]).toEqual([["t-after"], []]);
    } finally {
      await end();
    }
  });

  it("in part stay memory until all of them are gone or there", async () => {
    const { store, schema, clock, notices, carryOut, settle, end } = await open();
    try {
      await settle("database");
      await carryOut(sql`drop table ${sql.id(schema, "source")}`);
      expect((await store.readList(ECS, "all")).spans).toEqual([]);
      for (let second = 0; second < 3; second += 1) await clock.advance(0);
      expect([store.state(), notices]).toEqual(["memory", [PROBLEM]]);
      await carryOut(sql`drop schema ${sql.id(schema)} cascade`);
      for (let beatAt = performance.now(); store.state() !== "database"; ) {
        const isDue = performance.now() - beatAt > 200;
        if (isDue) beatAt = performance.now();
        await clock.advance(isDue ? 1_000 : 0);
      }
      expect([await idsOf(store, {}), notices]).toEqual([[], [PROBLEM, BACK]]);
    } finally {
      await end();
    }
  });
});
