import { type RawBuilder, sql } from "kysely";
import type { InstanceInvocationStatus, InvocationStatus } from "#domain";
import type {
  Asker,
  ExecutionOutline,
  OutlineDetail,
  OutlinePage,
  OutlineRequest,
  RunOutline,
} from "../contract/index.ts";
import { NO_TIME, placeOfOutline } from "../contract/index.ts";
import { toCondition } from "./conditions.ts";
import { fromOrderedText } from "./ordered-text.ts";
import { ageOf, type FindContent, type OutputMarks, toOutputs } from "./records.ts";
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
  { stretches, query, limit, detail, asker }: OutlineRequest,
): Promise<OutlinePage> {
  const condition = toCondition(stretches, query, schema);
  if (condition === null || limit <= 0) return { outlines: [], next: null };
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
  const byRun = await READERS[detail](db, schema, ids, asker);
  const outlines = rows.flatMap((row): readonly RunOutline[] => {
    const source = sources.get(row.source_key);
    const executions = byRun(row.id);
    if (source === undefined || executions === null) return [];
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
        executionCount: executions.length,
        executions,
      },
    ];
  });
  const last = outlines.length < limit && outlines.length === rows.length ? undefined : outlines.at(-1);
  return { outlines, next: last === undefined ? null : placeOfOutline(last) };
}

/** Executions by the number of their run; null for a run whose outputs were too much. */
type OutlinesByRun = (run: number) => readonly ExecutionOutline[] | null;
type ToldExecution = readonly [instanceId: string, status: InstanceInvocationStatus, durationMs: number | null];
type ToldOutput = readonly [
  ...ToldExecution,
  state: number,
  output: string | null,
  droppedBytes: number | null,
  isGuess: boolean,
  marks: string | null,
  bytes: number | null,
];

const EXECUTION = sql`instance_id, status, duration_ms`;
// Marks end the record. To look for their name costs far less than to parse the text, which may hold NULs besides, as PostgreSQL parses none.
const MARKS_NAME = '"outputMarks":';
const MARKS = sql`case when position(${sql.lit(MARKS_NAME)} in record::text) > 0
  then substring(record::text from position(${sql.lit(MARKS_NAME)} in record::text) + ${sql.lit(MARKS_NAME.length)}) end`;
/** What a content takes is told without reading it. */
const bytesIn = (schema: string) => sql`(
  select octet_length(text) + coalesce(octet_length(bytes), 0) from ${sql.table(`${schema}.content`)} as content where content.id = one.output)`;

/** Outputs of one answer: a part of them is searched while the next one is read, for each who searches. */
const BYTES_AT_ONCE = 4_194_304;

const READERS: Readonly<
  Record<
    OutlineDetail,
    (db: Queries, schema: string, runs: readonly number[], asker: Asker | undefined) => Promise<OutlinesByRun>
  >
> = {
  RUNS: async () => () => [],
  EXECUTIONS: async (db, schema, runs) => {
    const rows = await readTold<ToldExecution>(db, schema, runs, EXECUTION);
    const byRun = new Map(rows.map(({ run, told }) => [run, told.map(toExecutionOutline)]));
    return (run) => byRun.get(run) ?? [];
  },
  async OUTPUTS(db, schema, runs, asker) {
    const columns = sql`${EXECUTION}, output_state, output, dropped_bytes, is_guess, ${MARKS}, ${bytesIn(schema)}`;
    const rows = new Map(
      (await readTold<ToldOutput>(db, schema, runs, columns)).map(({ run, told }) => [run, told] as const),
    );
    const ids = new Set<string>();
    const read = new Set<number>();
    let bytes = 0;
    for (const run of runs) {
      const own = new Map((rows.get(run) ?? []).flatMap((told) => (told[4] === null ? [] : [[told[4], told[8] ?? 0]])));
      for (const [id, size] of own) if (!ids.has(id)) bytes += size;
      if (read.size > 0 && bytes > BYTES_AT_ONCE) break;
      for (const id of own.keys()) ids.add(id);
      read.add(run);
    }
    const contents = await readContents(db, schema, [...ids], asker);
    const find: FindContent = (id) => contents.get(id);
    const toOutline = ([
      instanceId,
      status,
      durationMs,
      output_state,
      output,
      dropped_bytes,
      is_guess,
      marks,
    ]: ToldOutput): ExecutionOutline => ({
      instanceId: fromOrderedText(instanceId),
      status,
      durationMs,
      ...toOutputs({ output_state, output, dropped_bytes, is_guess }, marks === null ? null : toMarks(marks), find),
    });
    return (run) => (read.has(run) ? (rows.get(run) ?? []).map(toOutline) : null);
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

function textOf(escaped: string | null): string | null {
  return escaped === null ? null : fromOrderedText(escaped);
}
