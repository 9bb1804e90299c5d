import { type RawBuilder, sql } from "kysely";
import type { InstanceInvocationStatus, InvocationStatus } from "#domain";
import type { ExecutionOutline, OutlineDetail, OutlineRequest, RunOutline } from "../contract/index.ts";
import { NO_TIME } from "../contract/index.ts";
import { toCondition } from "./conditions.ts";
import { fromOrderedText } from "./ordered-text.ts";
import { ageOf, type OutputMarks, toOutputs } from "./records.ts";
import { bySourceKey, readContents } from "./run-rows.ts";
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
  { stretches, query, limit, detail }: OutlineRequest,
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
  const ids = rows.map(({ id }) => id);
  const byRun = await READERS[detail](db, schema, ids);
  return rows.flatMap((row): readonly RunOutline[] => {
    const source = sources.get(row.source_key);
    if (source === undefined) return [];
    const time = ageOf(row.age);
    const executions = byRun.get(row.id) ?? [];
    return [
      {
        source,
        invokeId: fromOrderedText(row.invoke_id),
        time: time === NO_TIME ? null : time,
        status: row.status as InvocationStatus,
        command: { commandId: textOf(row.command_id), name: textOf(row.command_name) },
        finishTime: row.finished_at,
        durationMs: row.duration_ms,
        executionCount: executions.length,
        executions,
      },
    ];
  });
}

type OutlinesByRun = ReadonlyMap<number, readonly ExecutionOutline[]>;
type ToldExecution = readonly [instanceId: string, status: InstanceInvocationStatus, durationMs: number | null];
type ToldOutput = readonly [
  ...ToldExecution,
  state: number,
  output: string | null,
  droppedBytes: number | null,
  isGuess: boolean,
  marks: string | null,
];

const EXECUTION = sql`instance_id, status, duration_ms`;
// Marks end the record. To look for their name costs far less than to parse the text, which may hold NULs besides, as PostgreSQL parses none.
const MARKS_NAME = '"outputMarks":';
const MARKS = sql`case when position(${sql.lit(MARKS_NAME)} in record::text) > 0
  then substring(record::text from position(${sql.lit(MARKS_NAME)} in record::text) + ${sql.lit(MARKS_NAME.length)}) end`;
const OUTPUT = sql`${EXECUTION}, output_state, output, dropped_bytes, is_guess, ${MARKS}`;

/** Executions by the number of their run. */
const READERS: Readonly<
  Record<OutlineDetail, (db: Queries, schema: string, runs: readonly number[]) => Promise<OutlinesByRun>>
> = {
  RUNS: async () => new Map(),
  EXECUTIONS: async (db, schema, runs) =>
    mapRows(await readTold<ToldExecution>(db, schema, runs, EXECUTION), toExecutionOutline),
  async OUTPUTS(db, schema, runs) {
    const rows = await readTold<ToldOutput>(db, schema, runs, OUTPUT);
    const ids = rows.flatMap(({ told }) => told.map(([, , , , id]) => id));
    const contents = await readContents(db, schema, ids);
    const find = (id: string): Uint8Array | undefined => contents.get(id);
    return mapRows(rows, ([instanceId, status, durationMs, output_state, output, dropped_bytes, is_guess, marks]) => ({
      instanceId: fromOrderedText(instanceId),
      status,
      durationMs,
      ...toOutputs({ output_state, output, dropped_bytes, is_guess }, marks === null ? null : toMarks(marks), find),
    }));
  },
};

// The last brace is the record's.
function toMarks(text: string): OutputMarks {
  return JSON.parse(text.slice(0, -1)) as OutputMarks;
}

function toExecutionOutline([instanceId, status, durationMs]: ToldExecution): ExecutionOutline {
  return { instanceId: fromOrderedText(instanceId), status, durationMs };
}

interface ToldRow<Told> {
  readonly run: number;
  readonly told: readonly Told[];
}

/**
 * One row for each run, since a row costs more than what it holds. Each run is looked up alone: without fresh statistics a database
 * goes through the whole table to group it.
 */
async function readTold<Told>(
  db: Queries,
  schema: string,
  runs: readonly number[],
  columns: RawBuilder<unknown>,
): Promise<readonly ToldRow<Told>[]> {
  if (runs.length === 0) return [];
  const { rows } = await sql<ToldRow<Told>>`
    select asked.run, coalesce(told.told, '[]'::json) as told from unnest(${runs}::bigint[]) as asked(run)
    cross join lateral (
      select json_agg(json_build_array(${columns})) as told from ${sql.table(`${schema}.execution`)} as one where one.run = asked.run
    ) as told`.execute(db);
  return rows;
}

function mapRows<Told>(rows: readonly ToldRow<Told>[], toOutline: (told: Told) => ExecutionOutline): OutlinesByRun {
  return new Map(rows.map(({ run, told }) => [run, told.map(toOutline)]));
}

function textOf(escaped: string | null): string | null {
  return escaped === null ? null : fromOrderedText(escaped);
}
