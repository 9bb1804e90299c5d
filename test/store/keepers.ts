import { randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { DatabaseStore } from "#store";
import { openStore } from "../../src/store/sql/database.ts";
import type { Tables } from "../../src/store/sql/tables.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { timeAt } from "./records.ts";

/** A database for one file of tests; its tables are emptied for each of them. */
export interface TestDatabase {
  readonly db: Kysely<Tables>;
  readonly schema: string;
  /** Begins with the year of {@link timeAt}. */
  readonly clock: FakeClock;
  /** A keeper over empty tables. */
  open(): Promise<DatabaseStore>;
  /** Another process on the same tables. */
  openSecond(): Promise<DatabaseStore>;
  /** Drops the tables and ends the connections. */
  drop(): Promise<void>;
}

const TABLES = [
  "execution",
  "run",
  "loose_result",
  "content",
  "list",
  "source",
  "account",
  "replica",
  "lease",
  "quota",
];

/** Puts tables of their own into a database. */
export function createTestDatabase(db: Kysely<Tables>): TestDatabase {
  const schema = `test_${randomBytes(6).toString("hex")}`;
  const clock = createFakeClock(timeAt(0));
  let store: DatabaseStore | null = null;
  const openAs = (processId: number): Promise<DatabaseStore> =>
    openStore(
      db,
      {
        schema,
        clock,
        holder: { host: "tests", processId },
        newContentKey: () => randomBytes(32),
        newId: () => "only",
      },
      { pulse: db, listen: () => () => {} },
    );
  return {
    db,
    schema,
    clock,
    async open() {
      // To truncate takes longer: that makes a new file for each table and index.
      if (store !== null) await sql.raw(TABLES.map((name) => `delete from ${schema}.${name}`).join(";")).execute(db);
      store = await openAs(1);
      return { ...store, close: async () => {} };
    },
    openSecond: () => openAs(2),
    async drop() {
      await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
      await db.destroy();
    },
  };
}
