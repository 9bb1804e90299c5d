import { type Kysely, type SqlBool, sql } from "kysely";
import { NO_TIME } from "../contract/index.ts";
import { cutLists, deleteRuns, deleteUnused } from "./letting-go.ts";
import { lockAll } from "./locks.ts";
import { ageOf } from "./records.ts";
import { type Tables, UNREAD } from "./tables.ts";

/** How long what was read is kept, in days; 0 keeps it for as long as the database lasts. */
export interface Retention {
  /** Since a run was created; since it was read if it has no creation time. */
  readonly runDays: number;
  /** Since an output was read; one that was printed again counts from then. */
  readonly outputDays: number;
}

const DAY_MS = 86_400_000;
/** Rows that one step lets go at most: writers wait for it. */
const RUNS_PER_STEP = 200;
const CONTENTS_PER_STEP = 500;

/** Lets a few rows go whose time is over; true if there may be more. @param now epoch milliseconds */
export async function pruneStep(
  db: Kysely<Tables>,
  schema: string,
  retention: Retention,
  now: number,
): Promise<boolean> {
  const { runDays, outputDays } = retention;
  const runs = runDays === 0 ? 0 : await pruneRuns(db, schema, now - runDays * DAY_MS);
  const outputs = outputDays === 0 ? 0 : await pruneOutputs(db, schema, Math.floor(now / DAY_MS) - outputDays);
  const loose = await pruneLoose(db, schema, now - DAY_MS);
  const isMore = runs === RUNS_PER_STEP || outputs === CONTENTS_PER_STEP || loose === CONTENTS_PER_STEP;
  if (!isMore) await refreshStatistics(db, schema);
  return isMore;
}

/** Coverage is cut in the step that deletes, so that it never claims what is not there. */
async function pruneRuns(db: Kysely<Tables>, schema: string, before: number): Promise<number> {
  const isOld = sql<SqlBool>`(age > ${ageOf(before)} and age <= 0) or (age > 0 and read_at < ${before})`;
  const tables = db.withSchema(schema);
  if ((await tables.selectFrom("run").select("id").where(isOld).limit(1).executeTakeFirst()) === undefined) return 0;
  return db.transaction().execute(async (step) => {
    await lockAll(step, schema);
    const old = await step
      .withSchema(schema)
      .selectFrom("run")
      .select(["id", "source_key", "age"])
      .where(isOld)
      .orderBy("age", "desc")
      .limit(RUNS_PER_STEP)
      .execute();
    for (const sourceKey of new Set(old.map(({ source_key }) => source_key))) {
      const isTimed = old.some(({ source_key, age }) => source_key === sourceKey && age <= 0);
      await cutLists(step, schema, sourceKey, isTimed ? before - 1 : NO_TIME);
    }
    return deleteRuns(
      step,
      schema,
      old.map(({ id }) => id),
    );
  });
}

async function pruneOutputs(db: Kysely<Tables>, schema: string, beforeDay: number): Promise<number> {
  return db.transaction().execute(async (step) => {
    await lockAll(step, schema);
    const run = sql.table(`${schema}.run`);
    const old = await step
      .withSchema(schema)
      .selectFrom("content")
      .select("id")
      .where("used_day", "<", beforeDay)
      .where(sql<SqlBool>`not exists (select 1 from ${run} as one where one.script = content.id)`)
      .limit(CONTENTS_PER_STEP)
      .execute();
    const ids = old.map(({ id }) => id);
    if (ids.length === 0) return 0;
    for (const table of ["execution", "loose_result"]) {
      await sql`update ${sql.table(`${schema}.${table}`)} set output = null, output_state = ${UNREAD}::smallint
        where output = any(${ids}::uuid[])`.execute(step);
    }
    await deleteUnused(step, schema, ids);
    return ids.length;
  });
}

async function pruneLoose(db: Kysely<Tables>, schema: string, before: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from ${sql.table(`${schema}.loose_result`)} where ctid = any(array(
      select ctid from ${sql.table(`${schema}.loose_result`)} where read_at < ${before} limit ${CONTENTS_PER_STEP}))`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

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
async function refreshStatistics(db: Kysely<Tables>, schema: string): Promise<void> {
  for (const [table, columns] of Object.entries(ASKED)) {
    const name = sql.table(`${schema}.${table}`);
    const { rows } = await sql<{ has_grown: boolean }>`
      select pg_relation_size(oid) / current_setting('block_size')::int > ${GROWTH}::float8 * relpages + ${PAGES_MIN}::int
        as has_grown from pg_class where oid = ${`"${schema}"."${table}"`}::regclass`.execute(db);
    if (rows[0]?.has_grown === true) await sql`analyze ${name} (${sql.raw(columns)})`.execute(db);
  }
}
