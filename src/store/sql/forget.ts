import { type Kysely, type SqlBool, sql, type Transaction } from "kysely";
import { deleteRuns, deleteUnused } from "./letting-go.ts";
import { lockAll } from "./locks.ts";
import { toOrderedText } from "./ordered-text.ts";
import type { Tables } from "./tables.ts";

/** What is to be forgotten: one run, everything of one instance, or everything of one account. */
export type Forgettable = { readonly run: string } | { readonly instance: string } | { readonly account: string };

/** How many rows went. */
export interface Forgotten {
  readonly runs: number;
  readonly executions: number;
}

type Step = Transaction<Tables>;

/** Rows that one transaction deletes at most: writers wait for it. */
const ROWS_PER_STEP = 500;

/**
 * Deletes, with every output that nothing else refers to. What lists are known to hold stays as it is, so that what the upstream
 * still has is not read again for it; an account's lists go as well. What was deleted when it fails stays deleted.
 */
export async function forget(db: Kysely<Tables>, schema: string, what: Forgettable): Promise<Forgotten> {
  let forgotten: Forgotten = { runs: 0, executions: 0 };
  for (;;) {
    const { runs, executions, isMore } = await db.transaction().execute(async (step) => {
      await lockAll(step, schema);
      return "instance" in what ? forgetExecutions(step, schema, what.instance) : forgetRuns(step, schema, what);
    });
    forgotten = { runs: forgotten.runs + runs, executions: forgotten.executions + executions };
    if (!isMore) return forgotten;
  }
}

type StepOutcome = Forgotten & { readonly isMore: boolean };

async function forgetRuns(
  step: Step,
  schema: string,
  what: Exclude<Forgettable, { readonly instance: string }>,
): Promise<StepOutcome> {
  // A source's key is its provider, account and region, with tabs between them.
  const isMeant =
    "run" in what
      ? sql<SqlBool>`invoke_id = ${toOrderedText(what.run)}`
      : sql<SqlBool>`split_part(source_key, chr(9), 2) = ${toOrderedText(what.account)}`;
  const tables = step.withSchema(schema);
  if ("account" in what) {
    await tables.deleteFrom("list").where(isMeant).execute();
    await tables.deleteFrom("source").where(isMeant).execute();
  }
  const loose = await tables.deleteFrom("loose_result").where(isMeant).returning("output as id").execute();
  await deleteUnused(
    step,
    schema,
    loose.map(({ id }) => id),
  );
  const rows = await tables.selectFrom("run").select("id").where(isMeant).limit(ROWS_PER_STEP).execute();
  const ids = rows.map(({ id }) => id);
  const executions = await countExecutions(step, schema, ids);
  const runs = await deleteRuns(step, schema, ids);
  return { runs, executions, isMore: runs === ROWS_PER_STEP };
}

async function countExecutions(step: Step, schema: string, runs: readonly number[]): Promise<number> {
  const row = await step
    .withSchema(schema)
    .selectFrom("execution")
    .select(sql<number>`count(*)`.as("count"))
    .where(sql<SqlBool>`run = any(${runs}::bigint[])`)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** A run that ran nowhere else goes whole. */
async function forgetExecutions(step: Step, schema: string, instance: string): Promise<StepOutcome> {
  const tables = step.withSchema(schema);
  const key = toOrderedText(instance);
  const execution = sql.table(`${schema}.execution`);
  const few = sql<SqlBool>`run = any(array(select run from ${execution} where instance_id = ${key} limit ${ROWS_PER_STEP}))`;
  const gone = await tables
    .deleteFrom("execution")
    .where("instance_id", "=", key)
    .where(few)
    .returning(["run", "output as id"])
    .execute();
  const loose = await tables
    .deleteFrom("loose_result")
    .where("instance_id", "=", key)
    .returning("output as id")
    .execute();
  await deleteUnused(
    step,
    schema,
    [...gone, ...loose].map(({ id }) => id),
  );
  const empty = await tables
    .selectFrom("run")
    .select("id")
    .where(sql<SqlBool>`id = any(${gone.map(({ run }) => run)}::bigint[])`)
    .where(sql<SqlBool>`not exists (select 1 from ${execution} as one where one.run = run.id)`)
    .execute();
  const runs = await deleteRuns(
    step,
    schema,
    empty.map(({ id }) => id),
  );
  return { runs, executions: gone.length, isMore: gone.length === ROWS_PER_STEP };
}
