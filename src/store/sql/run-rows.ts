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

/** What is read of a run. */
export const RUN_COLUMNS = ["id", "source_key", "record", "script_state", "script", "read_at", "is_gone"] as const;

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
}

/** A row of an execution. */
export interface ExecutionRow extends OutputRow {
  readonly run: number;
  readonly record: unknown;
  readonly read_at: number | null;
}

/** Runs with their executions, in the order of the rows; contents are read if they are wanted. */
export async function toStoredRuns(
  db: Queries,
  schema: string,
  rows: readonly RunRow[],
  sources: SourcesByKey,
  projection: Projection,
): Promise<readonly KnownRow[]> {
  if (rows.length === 0) return [];
  const executions = await readExecutions(
    db,
    schema,
    rows.map(({ id }) => id),
  );
  const outputs = projection.output ? executions.map(({ output }) => output) : [];
  const scripts = projection.content ? rows.map(({ script }) => script) : [];
  const contents = await readContents(db, schema, [...outputs, ...scripts]);
  return assemble(rows, executions, sources, (id) => contents.get(id));
}

/** Runs by the numbers of their rows, without contents. */
export async function readRows(
  db: Queries,
  schema: string,
  ids: readonly number[],
  sources: SourcesByKey,
): Promise<readonly KnownRow[]> {
  if (ids.length === 0) return [];
  const among = sql<SqlBool>`id = any(${ids}::bigint[])`;
  const rows = await db.withSchema(schema).selectFrom("run").select(RUN_COLUMNS).where(among).execute();
  return toStoredRuns(db, schema, rows, sources, { output: false, content: false });
}

/** Runs whose contents are given by their ids. */
export async function readStripped(
  db: Queries,
  schema: string,
  source: Source,
  invokeIds: readonly string[],
): Promise<readonly KnownRow[]> {
  const rows = await db
    .withSchema(schema)
    .selectFrom("run")
    .select(RUN_COLUMNS)
    .where("source_key", "=", sourceKeyOf(source))
    .where(sql<SqlBool>`invoke_id = any(${invokeIds.map(toOrderedText)})`)
    .execute();
  const executions = await readExecutions(
    db,
    schema,
    rows.map(({ id }) => id),
  );
  return assemble(rows, executions, bySourceKey([source]), idOf);
}

function assemble(
  rows: readonly RunRow[],
  executions: readonly ExecutionRow[],
  sources: SourcesByKey,
  find: (id: string) => Uint8Array | undefined,
): readonly KnownRow[] {
  const byRun = new Map<number, ExecutionRow[]>();
  for (const row of executions) {
    const own = byRun.get(row.run);
    if (own === undefined) byRun.set(row.run, [row]);
    else own.push(row);
  }
  return rows.flatMap((row) => {
    const source = sources.get(row.source_key);
    return source === undefined ? [] : [toStoredRun(row, byRun.get(row.id) ?? [], source, find)];
  });
}

function toStoredRun(
  row: RunRow,
  executions: readonly ExecutionRow[],
  source: Source,
  find: (id: string) => Uint8Array | undefined,
): KnownRow {
  const { command, ...record } = row.record as Omit<Invocation, "source" | "instances" | "command"> & {
    readonly command: Omit<Command, "content">;
  };
  const { invokeId } = record;
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

async function readExecutions(db: Queries, schema: string, runs: readonly number[]): Promise<readonly ExecutionRow[]> {
  if (runs.length === 0) return [];
  return db
    .withSchema(schema)
    .selectFrom("execution")
    .select(["run", "record", "output_state", "output", "dropped_bytes", "is_guess", "read_at"])
    .where(sql<SqlBool>`run = any(${runs}::bigint[])`)
    .orderBy("run")
    .orderBy("place")
    .execute();
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
