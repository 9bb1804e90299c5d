import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** What filters ask of the large tables. Their records are wide and never asked for, so they are left out. */
const ASKED = {
  run: "source_key, age, status, is_open, is_gone, has_schedule, command_id, command_name, command_type, repeat_mode, finished_at",
  execution: "run, instance_id, status, error_code, exit_code, output_state",
};

/** A table is looked through again once it is so many times as large as at the last time. */
const GROWTH = 1.5;
/** Below so many pages any plan will do. */
const PAGES_MIN = 20;

/**
 * Lets the database know what its tables hold once they have grown. An embedded one has nothing that does so, nor has a server without
 * autovacuum, and plans of filters were up to a thousand times slower then.
 */
export async function refreshStatistics(db: Kysely<Tables>, schema: string): Promise<void> {
  for (const [table, columns] of Object.entries(ASKED)) {
    const name = sql.table(`${schema}.${table}`);
    const { rows } = await sql<{ has_grown: boolean }>`
      select pg_relation_size(oid) / current_setting('block_size')::int > ${GROWTH}::float8 * relpages + ${PAGES_MIN}::int
        as has_grown from pg_class where oid = ${`"${schema}"."${table}"`}::regclass`.execute(db);
    if (rows[0]?.has_grown === true) await sql`analyze ${name} (${sql.raw(columns)})`.execute(db);
  }
}
