import { randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { RunStore } from "#store";
import { migrate } from "../../src/store/sql/migrations.ts";
import { createSqlStore } from "../../src/store/sql/sql-store.ts";
import type { Tables } from "../../src/store/sql/tables.ts";

/** A database for one file of tests; its tables are emptied for each of them. */
export interface TestDatabase {
  readonly schema: string;
  /** A keeper over empty tables. */
  open(): Promise<RunStore>;
  /** Drops the tables and ends the connections. */
  drop(): Promise<void>;
}

const TABLES = ["run", "execution", "loose_result", "content", "list", "source"];

/** Puts tables of their own into a database. */
export function createTestDatabase(db: Kysely<Tables>): TestDatabase {
  const schema = `test_${randomBytes(6).toString("hex")}`;
  let contentKey: Buffer | null = null;
  return {
    schema,
    async open() {
      contentKey ??= await migrate(db, { schema, newContentKey: () => randomBytes(32) });
      const names = TABLES.map((name) => sql.id(schema, name));
      await sql`truncate ${sql.join(names)} cascade`.execute(db);
      return { ...createSqlStore({ db, schema, contentKey }), close: async () => {} };
    },
    async drop() {
      await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
      await db.destroy();
    },
  };
}
