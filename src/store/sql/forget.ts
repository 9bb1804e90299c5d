import { type Kysely, type SqlBool, sql } from "kysely";
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

/**
 * Deletes at once, with every output that nothing else refers to. What lists are known to hold stays as it is, so that what the
 * upstream still has is not read again for it; an account's lists go as well.
 */
export async function forget(db: Kysely<Tables>, schema: string, what: Forgettable): Promise<Forgotten> {
  return db.transaction().execute(async (step) => {
    await lockAll(step, schema);
    const tables = step.withSchema(schema);
    const isMeant = conditionOf(what);
    if (isMeant === null) return forgetInstance(step, schema, "instance" in what ? what.instance : "");
    const runs = await tables.selectFrom("run").select("id").where(isMeant).execute();
    const ids = runs.map(({ id }) => id);
    const counted = await tables
      .selectFrom("execution")
      .select(sql<number>`count(*)`.as("count"))
      .where(sql<SqlBool>`run = any(${ids}::bigint[])`)
      .executeTakeFirst();
    const loose = await tables.deleteFrom("loose_result").where(isMeant).returning("output as id").execute();
    if ("account" in what) {
      await tables.deleteFrom("list").where(isMeant).execute();
      await tables.deleteFrom("source").where(isMeant).execute();
    }
    await deleteRuns(step, schema, ids);
    await deleteUnused(
      step,
      schema,
      loose.map(({ id }) => id),
    );
    return { runs: ids.length, executions: counted?.count ?? 0 };
  });
}

function conditionOf(what: Forgettable) {
  if ("run" in what) return sql<SqlBool>`invoke_id = ${toOrderedText(what.run)}`;
  // A source's key is its provider, account and region, with tabs between them.
  if ("account" in what) return sql<SqlBool>`split_part(source_key, chr(9), 2) = ${toOrderedText(what.account)}`;
  return null;
}

/** A run that ran nowhere else goes whole. */
async function forgetInstance(
  step: Parameters<typeof deleteRuns>[0],
  schema: string,
  instance: string,
): Promise<Forgotten> {
  const tables = step.withSchema(schema);
  const key = toOrderedText(instance);
  const gone = await tables
    .deleteFrom("execution")
    .where("instance_id", "=", key)
    .returning(["run", "output as id"])
    .execute();
  const loose = await tables
    .deleteFrom("loose_result")
    .where("instance_id", "=", key)
    .returning("output as id")
    .execute();
  const execution = sql.table(`${schema}.execution`);
  const empty = await tables
    .selectFrom("run")
    .select("id")
    .where(sql<SqlBool>`id = any(${gone.map(({ run }) => run)}::bigint[])`)
    .where(sql<SqlBool>`not exists (select 1 from ${execution} as one where one.run = run.id)`)
    .execute();
  await deleteUnused(
    step,
    schema,
    [...gone, ...loose].map(({ id }) => id),
  );
  const runs = await deleteRuns(
    step,
    schema,
    empty.map(({ id }) => id),
  );
  return { runs, executions: gone.length };
}
