import { type SqlBool, sql } from "kysely";
import type { InstanceInvocationStatus, InvocationStatus } from "#domain";
import type { ExecutionOutline, OutlineRequest, RunOutline } from "../contract/index.ts";
import { NO_TIME } from "../contract/index.ts";
import { toCondition } from "./conditions.ts";
import { fromOrderedText } from "./ordered-text.ts";
import { ageOf } from "./records.ts";
import { bySourceKey } from "./run-rows.ts";
import type { Queries } from "./tables.ts";

const COLUMNS = [
  "id",
  "source_key",
  "invoke_id",
  "age",
  "status",
  "command_id",
  "command_name",
  "finished_at",
  "duration_ms",
] as const;

/** The first runs in the total order. No record is read: those are wide, and parsing them is most of what a run costs. */
export async function readOutlines(
  db: Queries,
  schema: string,
  { stretches, query, limit, executions }: OutlineRequest,
): Promise<readonly RunOutline[]> {
  const condition = toCondition(stretches, query, schema);
  if (condition === null || limit <= 0) return [];
  const rows = await db
    .withSchema(schema)
    .selectFrom("run")
    .select(COLUMNS)
    .where(condition)
    .orderBy("age")
    .orderBy("source_key")
    .orderBy("invoke_id")
    .limit(limit)
    .execute();
  const sources = bySourceKey(stretches.map(({ source }) => source));
  const ids = executions ? rows.map(({ id }) => id) : [];
  const byRun = await readExecutionOutlines(db, schema, ids);
  return rows.flatMap((row): readonly RunOutline[] => {
    const source = sources.get(row.source_key);
    if (source === undefined) return [];
    const time = ageOf(row.age);
    return [
      {
        source,
        invokeId: fromOrderedText(row.invoke_id),
        time: time === NO_TIME ? null : time,
        status: row.status as InvocationStatus,
        command: { commandId: textOf(row.command_id), name: textOf(row.command_name) },
        finishTime: row.finished_at,
        durationMs: row.duration_ms,
        executions: byRun.get(row.id) ?? [],
      },
    ];
  });
}

/** Executions by the number of their run. One row for each run, since a row costs more than what it holds. */
async function readExecutionOutlines(
  db: Queries,
  schema: string,
  runs: readonly number[],
): Promise<ReadonlyMap<number, readonly ExecutionOutline[]>> {
  if (runs.length === 0) return new Map();
  const rows = await db
    .withSchema(schema)
    .selectFrom("execution")
    .select([
      "run",
      sql<readonly (readonly [string, InstanceInvocationStatus, number | null])[]>`
        json_agg(json_build_array(instance_id, status, duration_ms))`.as("told"),
    ])
    .where(sql<SqlBool>`run = any(${runs}::bigint[])`)
    .groupBy("run")
    .execute();
  return new Map(
    rows.map(({ run, told }) => [
      run,
      told.map(([id, status, durationMs]) => ({ instanceId: fromOrderedText(id), status, durationMs })),
    ]),
  );
}

function textOf(escaped: string | null): string | null {
  return escaped === null ? null : fromOrderedText(escaped);
}
