import { type SqlBool, sql, type Transaction } from "kysely";
import {
  type Invocation,
  type InvocationQuery,
  isFinalRun,
  lacksEnd,
  mapInBreaks,
  type Source,
  splitByWeight,
} from "#domain";
import { LATE_MAX_MS } from "../contract/index.ts";
import { toCondition } from "./conditions.ts";
import { type Contents, toContentRow } from "./contents.ts";
import { type ChangedRun, type LooseResult, type MergedWrite, weightOfChange } from "./merge-write.ts";
import { toOrderedText } from "./ordered-text.ts";
import { outputIdOf, scriptOf, toExecutionColumns, toRunColumns } from "./records.ts";
import type { Tables } from "./tables.ts";

type Step = Transaction<Tables>;

/** Writes the contents that changed rows refer to and that this write brought; of the others it is known that they are there. */
export async function saveContents(
  step: Step,
  schema: string,
  { runs, loose }: MergedWrite,
  contents: Contents,
  usedDay: number,
): Promise<void> {
  const scripts = runs.filter(isRunChanged).map((one) => scriptOf(one.after.run));
  const outputs = await mapInBreaks(runs, weightOfChange, ({ executions }) =>
    executions.map(({ execution }) => outputIdOf(execution)),
  );
  const ids = new Set(
    [...scripts, ...outputs.flat(), ...loose.map(({ result }) => outputIdOf(result))].filter((id) => id !== null),
  );
  const brought = [...ids].flatMap((id) => {
    const bytes = contents.find(id);
    return bytes === undefined ? [] : [{ id, bytes }];
  });
  // In one order, so that two writes of the same contents never wait for each other in a circle.
  brought.sort((one, other) => (one.id < other.id ? -1 : 1));
  // To find the text of an output takes up to some milliseconds.
  const weigh = ({ bytes }: { readonly bytes: Uint8Array }) => 1 + bytes.length / BYTES_AN_EXECUTION;
  const found = await mapInBreaks(brought, weigh, ({ id, bytes }) => ({ id, ...toContentRow(bytes) }));
  if (found.length === 0) return;
  await sql`
    insert into ${sql.table(`${schema}.content`)} as known (id, text, bytes, used_day)
    select wanted.id, wanted.text, wanted.bytes, ${usedDay}::int
    from unnest(${found.map(({ id }) => id)}::uuid[], ${found.map(({ text }) => text)}::text[],
      ${found.map(({ bytes }) => bytes)}::bytea[]) as wanted (id, text, bytes)
    on conflict (id) do update set used_day = excluded.used_day where known.used_day < excluded.used_day`.execute(step);
}

/** So much of an output takes as long as an execution without. */
const BYTES_AN_EXECUTION = 100;

function isRunChanged({ before, after }: ChangedRun): boolean {
  return before === null || before.run !== after.run || before.isGone !== after.isGone;
}

/** Writes runs that are new or changed; answers the numbers of the new ones. */
export async function saveRuns(
  step: Step,
  schema: string,
  runs: readonly ChangedRun[],
  writer: string,
): Promise<ReadonlyMap<string, number>> {
  const changed = runs.filter(isRunChanged);
  if (changed.length === 0) return new Map();
  // Whether a run is over, and since when, all of its executions tell.
  const rows = await mapInBreaks(changed, weightOfChange, ({ after }) => ({
    ...toRunColumns(after.run),
    read_at: after.readAt,
    is_gone: after.isGone,
  }));
  const column = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((row) => row[name]);
  const saved = await sql<{ id: number; invoke_id: string }>`
    insert into ${sql.table(`${schema}.run`)} (source_key, invoke_id, age, status, is_open, has_schedule, command_id,
      command_name, command_type, searched_name, repeat_mode, finished_at, duration_ms, labels, record, script_state, script,
      read_at, is_gone, changed_by)
    select source_key, invoke_id, age, status, is_open, has_schedule, command_id, command_name, command_type,
      searched_name, repeat_mode, finished_at, duration_ms, labels::text[], record::json, script_state, script, read_at, is_gone, ${writer}::text
    from unnest(${column("source_key")}::text[], ${column("invoke_id")}::text[], ${column("age")}::bigint[],
      ${column("status")}::text[], ${column("is_open")}::boolean[], ${column("has_schedule")}::boolean[],
      ${column("command_id")}::text[], ${column("command_name")}::text[], ${column("command_type")}::text[],
      ${column("searched_name")}::text[], ${column("repeat_mode")}::text[], ${column("finished_at")}::bigint[],
      ${column("duration_ms")}::bigint[], ${column("labels")}::text[], ${column("record")}::text[], ${column("script_state")}::smallint[],
      ${column("script")}::uuid[], ${column("read_at")}::bigint[], ${column("is_gone")}::boolean[])
      as wanted (source_key, invoke_id, age, status, is_open, has_schedule, command_id, command_name, command_type,
        searched_name, repeat_mode, finished_at, duration_ms, labels, record, script_state, script, read_at, is_gone)
    on conflict (source_key, invoke_id) do update set age = excluded.age, status = excluded.status,
      is_open = excluded.is_open, has_schedule = excluded.has_schedule, command_id = excluded.command_id,
      command_name = excluded.command_name, command_type = excluded.command_type,
      searched_name = excluded.searched_name, repeat_mode = excluded.repeat_mode, finished_at = excluded.finished_at,
      duration_ms = excluded.duration_ms, labels = excluded.labels, record = excluded.record, script_state = excluded.script_state, script = excluded.script,
      read_at = excluded.read_at, is_gone = excluded.is_gone, changed_in = excluded.changed_in,
      changed_by = excluded.changed_by
    returning id, invoke_id`.execute(step);
  return new Map(saved.rows.map(({ id, invoke_id }) => [invoke_id, id]));
}

/** To write so many executions down for a statement takes some milliseconds. */
const EXECUTIONS_A_STATEMENT = 600;

/** Writes executions that are new or changed, some runs at a time. @param ids numbers of the runs that were written */
export async function saveExecutions(
  step: Step,
  schema: string,
  runs: readonly ChangedRun[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const parts = splitByWeight(runs, weightOfChange, EXECUTIONS_A_STATEMENT);
  for (const part of parts) await saveSome(step, schema, part, ids);
}

async function saveSome(
  step: Step,
  schema: string,
  runs: readonly ChangedRun[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = runs.flatMap((one) => {
    const run = one.id ?? ids.get(toOrderedText(one.after.run.invokeId)) ?? 0;
    return one.executions.map(({ execution, place }) => ({
      run,
      place,
      columns: toExecutionColumns(execution),
      readAt: one.after.executionReadAt.get(execution.instanceId) ?? null,
    }));
  });
  if (rows.length === 0) return;
  const column = <Name extends keyof ReturnType<typeof toExecutionColumns>>(name: Name) =>
    rows.map(({ columns }) => columns[name]);
  await sql`
    insert into ${sql.table(`${schema}.execution`)}
      (run, instance_id, place, status, error_code, exit_code, duration_ms, record, output_state, output, dropped_bytes, is_guess, read_at)
    select run, instance_id, place, status, error_code, exit_code, duration_ms, record::json, output_state, output, dropped_bytes, is_guess, read_at
    from unnest(${rows.map(({ run }) => run)}::bigint[], ${column("instance_id")}::text[], ${rows.map(({ place }) => place)}::int[],
      ${column("status")}::text[], ${column("error_code")}::text[], ${column("exit_code")}::bigint[],
      ${column("duration_ms")}::bigint[], ${column("record")}::text[], ${column("output_state")}::smallint[],
      ${column("output")}::uuid[], ${column("dropped_bytes")}::bigint[], ${column("is_guess")}::boolean[],
      ${rows.map(({ readAt }) => readAt)}::bigint[])
      as wanted (run, instance_id, place, status, error_code, exit_code, duration_ms, record, output_state, output,
        dropped_bytes, is_guess, read_at)
    on conflict (run, instance_id) do update set place = excluded.place, status = excluded.status,
      error_code = excluded.error_code, exit_code = excluded.exit_code,
      duration_ms = excluded.duration_ms, record = excluded.record, output_state = excluded.output_state, output = excluded.output,
      dropped_bytes = excluded.dropped_bytes, is_guess = excluded.is_guess, read_at = excluded.read_at`.execute(step);
}

/** Marks as gone what is over of the runs that the upstream dropped: one statement, however many they are. */
export async function saveDropped(step: Step, schema: string, source: Source, dropped: InvocationQuery): Promise<void> {
  const isMeant = toCondition([{ source, after: null, before: null }], dropped, schema);
  if (isMeant === null) return;
  await sql`
    update ${sql.table(`${schema}.run`)} as run set is_gone = true
    where ${isMeant} and not is_open and not is_gone`.execute(step);
}

/** Notes when runs were read that may still change, and of which nothing else changed. Of what is over for good nobody asks that. */
export async function saveReadTimes(step: Step, schema: string, runs: readonly ChangedRun[]): Promise<void> {
  const mayChange = (run: Invocation): boolean => !isFinalRun(run) || run.instances.some(lacksEnd);
  const read = runs.filter(
    (one) => !isRunChanged(one) && one.before?.readAt !== one.after.readAt && mayChange(one.after.run),
  );
  if (read.length === 0) return;
  await sql`
    update ${sql.table(`${schema}.run`)} as known set read_at = wanted.read_at
    from unnest(${read.map(({ id }) => id)}::bigint[], ${read.map(({ after }) => after.readAt)}::bigint[]) as wanted (id, read_at)
    where known.id = wanted.id`.execute(step);
}

/** Keeps results whose run is not known, and lets go those of runs that are known now. */
export async function saveLoose(
  step: Step,
  schema: string,
  {
    sourceKey,
    loose,
    known,
  }: { readonly sourceKey: string; readonly loose: readonly LooseResult[]; readonly known: readonly ChangedRun[] },
): Promise<void> {
  const tables = step.withSchema(schema);
  if (known.length > 0) {
    const ids = known.map(({ after }) => toOrderedText(after.run.invokeId));
    await tables.deleteFrom("loose_result").where("source_key", "=", sourceKey).where("invoke_id", "in", ids).execute();
  }
  for (const { invokeId, result, readAt } of loose) {
    const {
      status: _status,
      error_code: _code,
      exit_code: _exit,
      duration_ms: _took,
      ...columns
    } = toExecutionColumns(result);
    const row = { source_key: sourceKey, invoke_id: toOrderedText(invokeId), ...columns, read_at: readAt };
    await tables
      .insertInto("loose_result")
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(["source_key", "invoke_id", "instance_id"])
          .doUpdateSet(row)
          .where(
            sql<SqlBool>`loose_result.read_at not between ${readAt + 1}::bigint and ${readAt + LATE_MAX_MS - 1}::bigint`,
          ),
      )
      .execute();
  }
}
