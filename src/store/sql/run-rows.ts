import { type SqlBool, sql } from "kysely";
import type { Command, InstanceInvocation, Invocation, Projection, Source } from "#domain";
import type { StoredRun } from "../contract/index.ts";
import { markGone } from "../contract/index.ts";
import { fromContentRow, idOf } from "./contents.ts";
import { toOrderedText } from "./ordered-text.ts";
import { type OutputRow, sourceKeyOf, toExecution } from "./records.ts";
import { KEPT, NONE, type Queries, UNREAD } from "./tables.ts";

/** A run with the number of its row. */
export interface KnownRow extends StoredRun {
  readonly id: number;
}

const EXECUTION_COLUMNS = ["record", "output_state", "output", "dropped_bytes", "is_guess", "read_at"] as const;

/** Runs, each with its executions in one value: a row of its own for each of them takes three times as long to read. */
export function selectRuns(db: Queries, schema: string) {
  const columns = sql.join(EXECUTION_COLUMNS.map((name) => sql.ref(`one.${name}`)));
  const executions = sql<readonly ExecutionCells[] | null>`(
    select json_agg(json_build_array(${columns}) order by one.place)
    from ${sql.table(`${schema}.execution`)} as one where one.run = run.id)`;
  return db
    .withSchema(schema)
    .selectFrom("run")
    .select(["id", "source_key", "record", "script_state", "script", "read_at", "is_gone"])
    .select(executions.as("executions"));
}

/** Sources by their key in the tables. */
export type SourcesByKey = ReadonlyMap<string, Source>;

/** Sources under their keys. */
export function bySourceKey(sources: readonly Source[]): SourcesByKey {
  return new Map(sources.map((source) => [sourceKeyOf(source), source]));
}

/** A row of a run, as every reading selects it. */
export interface RunRow {
  readonly id: number;
  readonly source_key: string;
  readonly record: unknown;
  readonly script_state: number;
  readonly script: string | null;
  readonly read_at: number;
  readonly is_gone: boolean;
  readonly executions: readonly ExecutionCells[] | null;
}

/** A row of an execution. */
export interface ExecutionRow extends OutputRow {
  readonly record: unknown;
  readonly read_at: number | null;
}

/** The same without names, in the order of {@link EXECUTION_COLUMNS}. */
type ExecutionCells = readonly [
  record: unknown,
  outputState: number,
  output: string | null,
  droppedBytes: number | null,
  isGuess: boolean,
  readAt: number | null,
];

/** Runs with their executions, in the order of the rows; contents are read if they are wanted. */
export async function toStoredRuns(
  db: Queries,
  schema: string,
  rows: readonly RunRow[],
  sources: SourcesByKey,
  projection: Projection,
): Promise<readonly KnownRow[]> {
  const outputs = projection.output ? rows.flatMap((row) => executionsOf(row).map(({ output }) => output)) : [];
  const scripts = projection.content ? rows.map(({ script }) => script) : [];
  const contents = await readContents(db, schema, [...outputs, ...scripts]);
  return assemble(rows, sources, (id) => contents.get(id));
}

/** Runs by the numbers of their rows, without contents. */
export async function readRows(
  db: Queries,
  schema: string,
  ids: readonly number[],
  sources: SourcesByKey,
): Promise<readonly KnownRow[]> {
  if (ids.length === 0) return [];
  const rows = await selectRuns(db, schema).where(sql<SqlBool>`id = any(${ids}::bigint[])`).execute();
  return assemble(rows, sources, () => undefined);
}

/** Runs whose contents are given by their ids. */
export async function readStripped(
  db: Queries,
  schema: string,
  source: Source,
  invokeIds: readonly string[],
): Promise<readonly KnownRow[]> {
  const rows = await selectRuns(db, schema)
    .where("source_key", "=", sourceKeyOf(source))
    .where(sql<SqlBool>`invoke_id = any(${invokeIds.map(toOrderedText)})`)
    .execute();
  return assemble(rows, bySourceKey([source]), idOf);
}

function assemble(
  rows: readonly RunRow[],
  sources: SourcesByKey,
  find: (id: string) => Uint8Array | undefined,
): readonly KnownRow[] {
  return rows.flatMap((row) => {
    const source = sources.get(row.source_key);
    return source === undefined ? [] : [toStoredRun(row, source, find)];
  });
}

function executionsOf({ executions }: RunRow): readonly ExecutionRow[] {
  return (executions ?? []).map(([record, output_state, output, dropped_bytes, is_guess, read_at]) => ({
    record,
    output_state,
    output,
    dropped_bytes,
    is_guess,
    read_at,
  }));
}

function toStoredRun(row: RunRow, source: Source, find: (id: string) => Uint8Array | undefined): KnownRow {
  const { command, ...record } = row.record as Omit<Invocation, "source" | "instances" | "command"> & {
    readonly command: Omit<Command, "content">;
  };
  const { invokeId } = record;
  const executions = executionsOf(row);
  const instances = executions.map((one) => toExecution<InstanceInvocation>(one, { source, invokeId }, find));
  const read: Invocation = { source, ...record, command: { ...command, content: toScript(row, find) }, instances };
  const readAt = executions.flatMap(({ read_at }, position): [string, number][] => {
    const instanceId = instances[position]?.instanceId;
    return read_at === null || instanceId === undefined ? [] : [[instanceId, read_at]];
  });
  const isGone = row.is_gone;
  return { id: row.id, run: markGone(read, isGone), readAt: row.read_at, executionReadAt: new Map(readAt), isGone };
}

function toScript(
  { script_state, script }: RunRow,
  find: (id: string) => Uint8Array | undefined,
): Uint8Array | null | undefined {
  if (script_state === UNREAD) return undefined;
  if (script_state === NONE) return null;
  return script_state === KEPT && script !== null ? find(script) : undefined;
}

/** Contents by their ids. */
export async function readContents(
  db: Queries,
  schema: string,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await db
    .withSchema(schema)
    .selectFrom("content")
    .select(["id", "text", "bytes"])
    .where(sql<SqlBool>`id = any(${wanted}::uuid[])`)
    .execute();
  return new Map(rows.map(({ id, text, bytes }) => [id, fromContentRow(text, bytes)]));
}
