import { type RawBuilder, type SqlBool, sql } from "kysely";
import { FAILED_RUN_STATUSES, type Source } from "#domain";
import type { RunStore } from "../contract/index.ts";
import { fromOrderedText } from "./ordered-text.ts";
import { ageOf, sourceKeyOf } from "./records.ts";
import type { Queries } from "./tables.ts";

/** Finds runs that are over and whose outputs were not read; the index `execution_unread` holds just their executions. */
export function createOutputLacks(
  db: Queries,
  schema: string,
): Pick<RunStore, "readLackingOutputs" | "countLackingOutputs"> {
  const tables = db.withSchema(schema);
  const isLacking = (source: Source, since: number): RawBuilder<SqlBool> => sql`
    source_key = ${sourceKeyOf(source)} and age <= ${ageOf(since)} and not is_open and not is_gone
    and id in (select run from ${sql.table(`${schema}.execution`)} where output_state = 0)`;
  return {
    async readLackingOutputs(source, since, limit) {
      const rows = await tables
        .selectFrom("run")
        .select(["invoke_id", "age"])
        .where(isLacking(source, since))
        .orderBy(sql`status <> all(${FAILED_RUN_STATUSES}::text[])`)
        .orderBy("age")
        .orderBy("invoke_id")
        .limit(limit)
        .execute();
      return rows.map(({ invoke_id, age }) => ({ invokeId: fromOrderedText(invoke_id), time: ageOf(age) }));
    },
    async countLackingOutputs(source, since) {
      const row = await tables
        .selectFrom("run")
        .select(sql<number>`count(*)`.as("count"))
        .where(isLacking(source, since))
        .executeTakeFirst();
      return row?.count ?? 0;
    },
  };
}
