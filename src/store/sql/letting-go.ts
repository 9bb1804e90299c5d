import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely";
import { cutSpans } from "../contract/index.ts";
import type { Tables } from "./tables.ts";

type Step = Transaction<Tables>;

/** Deletes these runs with their executions, and the contents that nothing else refers to; answers how many runs went. */
export async function deleteRuns(step: Step, schema: string, ids: readonly number[]): Promise<number> {
  if (ids.length === 0) return 0;
  const tables = step.withSchema(schema);
  const among = sql<SqlBool>`= any(${ids}::bigint[])`;
  const outputs = await tables
    .selectFrom("execution")
    .select("output as id")
    .distinct()
    .where(sql<SqlBool>`run ${among}`)
    .execute();
  const scripts = await tables
    .selectFrom("run")
    .select("script as id")
    .distinct()
    .where(sql<SqlBool>`id ${among}`)
    .execute();
  await tables.deleteFrom("run").where(sql<SqlBool>`id ${among}`).execute();
  await deleteUnused(
    step,
    schema,
    [...outputs, ...scripts].map(({ id }) => id),
  );
  return ids.length;
}

/** Deletes those of these contents that no row refers to. */
export async function deleteUnused(step: Step, schema: string, ids: readonly (string | null)[]): Promise<void> {
  const known = [...new Set(ids.filter((id) => id !== null))];
  if (known.length === 0) return;
  const unused = (table: string, column: string): RawBuilder<SqlBool> =>
    sql`not exists (select 1 from ${sql.table(`${schema}.${table}`)} as row where row.${sql.ref(column)} = content.id)`;
  await step
    .withSchema(schema)
    .deleteFrom("content")
    .where(sql<SqlBool>`id = any(${known}::uuid[])`)
    .where(unused("execution", "output"))
    .where(unused("loose_result", "output"))
    .where(unused("run", "script"))
    .execute();
}

/** Notes of every list of a source that nothing is known any more of what was created at this time or earlier. */
export async function cutLists(step: Step, schema: string, sourceKey: string, cutAt: number): Promise<void> {
  const tables = step.withSchema(schema);
  const lists = await tables
    .selectFrom("list")
    .select(["list_key", "spans"])
    .where("source_key", "=", sourceKey)
    .execute();
  for (const { list_key, spans } of lists) {
    const left = cutSpans(spans as Parameters<typeof cutSpans>[0], Number.MIN_SAFE_INTEGER, cutAt);
    await tables
      .updateTable("list")
      .set({ spans: JSON.stringify(left) })
      .where("source_key", "=", sourceKey)
      .where("list_key", "=", list_key)
      .execute();
  }
  await sql`
    insert into ${sql.table(`${schema}.source`)} as known (source_key, cut_at) values (${sourceKey}, ${cutAt})
    on conflict (source_key) do update set cut_at = greatest(known.cut_at, excluded.cut_at)`.execute(step);
}
