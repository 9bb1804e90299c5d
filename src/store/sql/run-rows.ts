import { type RawBuilder, type SqlBool, sql } from "kysely";
import {
  type Command,
  type InstanceInvocation,
  type Invocation,
  mapInBreaks,
  type Source,
  splitByWeight,
  weightOf,
} from "#domain";
import type { Asker, KeptProjection, StoredRun } from "../contract/index.ts";
import { markGone } from "../contract/index.ts";
import { fromContentRow, idOf } from "./contents.ts";
import { toOrderedText } from "./ordered-text.ts";
import { type FindContent, LEFT_OUT, type OutputRow, sourceKeyOf, toExecution } from "./records.ts";
import { KEPT, NONE, type Queries, UNREAD } from "./tables.ts";

/** A run with the number of its row. */
export interface KnownRow extends StoredRun {
  readonly id: number;
}

const EXECUTION_COLUMNS = ["record", "output_state", "output", "dropped_bytes", "is_guess", "read_at"] as const;

/**
 * Runs, each with its executions in one value: a row of its own for each of them takes three times as long to read. Records are told
 * as texts: the driver would parse all that has arrived on every connection in one round of the event loop.
 * @param chosen which of the executions, called `one`, are meant; all if absent
 */
export function selectRuns(db: Queries, schema: string, chosen: RawBuilder<unknown> = sql``) {
  const columns = sql.join(EXECUTION_COLUMNS.map((name) => sql.ref(`one.${name}`)));
  const executions = sql<string | null>`(
    select json_agg(json_build_array(${columns}) order by one.place)::text
    from ${sql.table(`${schema}.execution`)} as one where one.run = run.id ${chosen})`;
  return db
    .withSchema(schema)
    .selectFrom("run")
    .select(["id", "source_key", "script_state", "script", "read_at", "is_gone"])
    .select([sql<string>`record::text`.as("record"), executions.as("executions")]);
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
  /** JSON, as are the executions. */
  readonly record: string;
  readonly script_state: number;
  readonly script: string | null;
  readonly read_at: number;
  readonly is_gone: boolean;
  readonly executions: string | null;
}

type RunRecord = Omit<Invocation, "source" | "instances" | "command"> & {
  readonly command: Omit<Command, "content">;
};

/** A row whose texts were parsed. */
interface ParsedRow {
  readonly row: RunRow;
  readonly record: RunRecord;
  readonly instances: readonly ExecutionRow[];
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
  projection: KeptProjection,
  asker?: Asker,
): Promise<readonly KnownRow[]> {
  const scripts = projection.content ? rows.map(({ script }) => script) : [];
  if (projection.output !== true) {
    const contents = await readContents(db, schema, scripts, asker);
    const outputs = projection.output === "KEPT" ? LEFT_OUT : () => undefined;
    return assemble(rows, sources, (id) => contents.get(id), outputs);
  }
  const parsed = await mapInBreaks(rows, weightOfRow, parseRow);
  const outputs = parsed.flatMap(({ instances }) => instances.map(({ output }) => output));
  const contents = await readContents(db, schema, [...outputs, ...scripts], asker);
  const find: FindContent = (id) => contents.get(id);
  return (await mapInBreaks(parsed, weightOf, (one) => withSource(one, sources, find))).flat();
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

/** An execution's text is about so long. */
const EXECUTION_LENGTH = 400;

function weightOfRow({ record, executions }: RunRow): number {
  return (record.length + (executions?.length ?? 0)) / EXECUTION_LENGTH;
}

function parseRow(row: RunRow): ParsedRow {
  return { row, record: JSON.parse(row.record) as RunRecord, instances: toExecutionRows(row.executions) };
}

async function assemble(
  rows: readonly RunRow[],
  sources: SourcesByKey,
  find: FindContent,
  findOutput: FindContent | typeof LEFT_OUT = find,
): Promise<readonly KnownRow[]> {
  const each = await mapInBreaks(rows, weightOfRow, (row) => withSource(parseRow(row), sources, find, findOutput));
  return each.flat();
}

function withSource(
  parsed: ParsedRow,
  sources: SourcesByKey,
  find: FindContent,
  findOutput: FindContent | typeof LEFT_OUT = find,
): readonly KnownRow[] {
  const source = sources.get(parsed.row.source_key);
  return source === undefined ? [] : [toStoredRun(parsed, source, find, findOutput)];
}

function toExecutionRows(executions: string | null): readonly ExecutionRow[] {
  const cells = executions === null ? [] : (JSON.parse(executions) as readonly ExecutionCells[]);
  return cells.map(([record, output_state, output, dropped_bytes, is_guess, read_at]) => ({
    record,
    output_state,
    output,
    dropped_bytes,
    is_guess,
    read_at,
  }));
}

function toStoredRun(
  { row, record: parsed, instances: executions }: ParsedRow,
  source: Source,
  find: FindContent,
  findOutput: FindContent | typeof LEFT_OUT,
): KnownRow {
  const { command, ...record } = parsed;
  const { invokeId } = record;
  const instances = executions.map((one) => toExecution<InstanceInvocation>(one, { source, invokeId }, findOutput));
  const read: Invocation = { source, ...record, command: { ...command, content: toScript(row, find) }, instances };
  const readAt = executions.flatMap(({ read_at }, position): [string, number][] => {
    const instanceId = instances[position]?.instanceId;
    return read_at === null || instanceId === undefined ? [] : [[instanceId, read_at]];
  });
  const isGone = row.is_gone;
  return { id: row.id, run: markGone(read, isGone), readAt: row.read_at, executionReadAt: new Map(readAt), isGone };
}

function toScript({ script_state, script }: RunRow, find: FindContent): Uint8Array | null | undefined {
  if (script_state === UNREAD) return undefined;
  if (script_state === NONE) return null;
  return script_state === KEPT && script !== null ? find(script) : undefined;
}

/** Contents are at most some tens of thousands of bytes long, so that so many fill a few megabytes. */
const CONTENTS_A_QUESTION = 200;

/** Contents by their ids, some hundred a question. @throws the reason of the asker's signal once that has aborted */
export async function readContents(
  db: Queries,
  schema: string,
  ids: readonly (string | null)[],
  asker?: Pick<Asker, "signal">,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  const contents = new Map<string, Uint8Array>();
  for (const part of splitByWeight(wanted, () => 1, CONTENTS_A_QUESTION)) {
    if (contents.size > 0) asker?.signal.throwIfAborted();
    const rows = await db
      .withSchema(schema)
      .selectFrom("content")
      .select(["id", "text", "bytes"])
      .where(sql<SqlBool>`id = any(${part}::uuid[])`)
      .execute();
    for (const { id, text, bytes } of rows) contents.set(id, fromContentRow(text, bytes));
  }
  return contents;
}
