import { type Expression, type SqlBool, sql } from "kysely";
import type { Command, InstanceInvocation, Invocation, InvocationRef, InvocationResult, Source, Wants } from "#domain";
import type { ListRecord, RunPageRequest, RunStore, StoredRun } from "../run-store.ts";
import type { Span } from "../spans.ts";
import { toCondition } from "./conditions.ts";
import { fromContentRow, idOf } from "./contents.ts";
import { toOrderedText } from "./ordered-text.ts";
import { ageOf, type OutputRow, sourceKeyOf, toExecution, toOutput } from "./records.ts";
import { KEPT, NONE, type Queries, UNREAD } from "./tables.ts";

/** Everything that reads. */
export type Reader = Omit<RunStore, "write" | "onChange" | "close">;

/** A run with the number of its row. */
export interface KnownRow extends StoredRun {
  readonly id: number;
}

const RUN_COLUMNS = ["id", "source_key", "record", "script_state", "script", "read_at", "is_gone"] as const;

/** Reads over one connection or a pool of them. @param schema where the tables are */
export function createReader(db: Queries, schema: string): Reader {
  const tables = db.withSchema(schema);
  const loadRows = (rows: readonly RunRow[], sources: SourcesByKey, wants: Wants) =>
    toStoredRuns(db, schema, rows, sources, wants);

  async function readRuns(refs: readonly InvocationRef[], wants: Wants): Promise<readonly (StoredRun | null)[]> {
    if (refs.length === 0) return [];
    const keys = sql<{
      source_key: string;
      invoke_id: string;
    }>`(select * from unnest(${refs.map(({ source }) => sourceKeyOf(source))}::text[], ${refs.map(({ invokeId }) => toOrderedText(invokeId))}::text[]) as wanted (source_key, invoke_id))`;
    const rows = await tables
      .selectFrom("run")
      .select(RUN_COLUMNS)
      .where(sql<SqlBool>`(source_key, invoke_id) in ${keys}`)
      .execute();
    const runs = await loadRows(rows, bySourceKey(refs.map(({ source }) => source)), wants);
    const known = new Map(runs.map((stored) => [keyOf(stored.run), stored]));
    return refs.map((ref) => known.get(keyOf(ref)) ?? null);
  }

  async function readPage(request: RunPageRequest): Promise<readonly StoredRun[]> {
    const { stretches, query, direction, limit, wants } = request;
    const condition = toCondition(stretches, query, schema);
    if (condition === null || limit <= 0) return [];
    const rows = await readInOrder(condition, direction, limit);
    return loadRows(rows, bySourceKey(stretches.map(({ source }) => source)), wants);
  }

  async function readInOrder(
    condition: Expression<SqlBool>,
    direction: 1 | -1,
    limit: number,
  ): Promise<readonly RunRow[]> {
    const order = direction > 0 ? "asc" : "desc";
    const rows = await tables
      .selectFrom("run")
      .select(RUN_COLUMNS)
      .where(condition)
      .orderBy("age", order)
      .orderBy("source_key", order)
      .orderBy("invoke_id", order)
      .limit(limit)
      .execute();
    return direction > 0 ? rows : rows.reverse();
  }

  return {
    readRuns,
    readPage,
    async count({ stretches, query }) {
      const condition = toCondition(stretches, query, schema);
      if (condition === null) return 0;
      const row = await tables
        .selectFrom("run")
        .select(sql<number>`count(*)`.as("count"))
        .where(condition)
        .executeTakeFirst();
      return row?.count ?? 0;
    },
    async readUnfinished(source, limit) {
      const condition = sql<SqlBool>`source_key = ${sourceKeyOf(source)} and is_open and not is_gone`;
      const rows = limit <= 0 ? [] : await readInOrder(condition, 1, limit);
      return loadRows(rows, bySourceKey([source]), { output: false, content: false });
    },
    readLooseResults: (ref) => readLoose(db, schema, ref),
    readList: (source, key) => readList(db, schema, source, key),
    async oldestTime(source) {
      const row = await tables
        .selectFrom("run")
        .select("age")
        .where("source_key", "=", sourceKeyOf(source))
        .where("age", "<=", 0)
        .orderBy("age", "desc")
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : ageOf(row.age);
    },
  };
}

type SourcesByKey = ReadonlyMap<string, Source>;

function bySourceKey(sources: readonly Source[]): SourcesByKey {
  return new Map(sources.map((source) => [sourceKeyOf(source), source]));
}

function keyOf({ source, invokeId }: InvocationRef): string {
  return JSON.stringify([sourceKeyOf(source), invokeId]);
}

interface RunRow {
  readonly id: number;
  readonly source_key: string;
  readonly record: unknown;
  readonly script_state: number;
  readonly script: string | null;
  readonly read_at: number;
  readonly is_gone: boolean;
}

interface ExecutionRow extends OutputRow {
  readonly run: number;
  readonly record: unknown;
  readonly read_at: number | null;
}

/** Runs with their executions, in the order of the rows; contents are read if they are wanted. */
async function toStoredRuns(
  db: Queries,
  schema: string,
  rows: readonly RunRow[],
  sources: SourcesByKey,
  wants: Wants,
): Promise<readonly KnownRow[]> {
  if (rows.length === 0) return [];
  const executions = await readExecutions(
    db,
    schema,
    rows.map(({ id }) => id),
  );
  const outputs = wants.output ? executions.map(({ output }) => output) : [];
  const scripts = wants.content ? rows.map(({ script }) => script) : [];
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
  const instances = executions.map((one) =>
    toExecution<InstanceInvocation>(one.record, { source, invokeId }, toOutput(one, find)),
  );
  const run: Invocation = { source, ...record, command: { ...command, content: toScript(row, find) }, instances };
  const readAt = executions.flatMap(({ read_at }, position): [string, number][] => {
    const instanceId = instances[position]?.instanceId;
    return read_at === null || instanceId === undefined ? [] : [[instanceId, read_at]];
  });
  return { id: row.id, run, readAt: row.read_at, executionReadAt: new Map(readAt), isGone: row.is_gone };
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

async function readContents(
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

async function readLoose(db: Queries, schema: string, ref: InvocationRef) {
  const rows = await looseRows(db, schema, ref.source, [ref.invokeId]);
  const contents = await readContents(
    db,
    schema,
    rows.map(({ output }) => output),
  );
  return rows
    .map((row) => toLoose(row, ref.source, (id) => contents.get(id)))
    .map(({ result, readAt }) => ({ result, readAt }));
}

/** Results of runs that are not known, by run; outputs are given by their ids. */
export async function readStrippedLoose(db: Queries, schema: string, source: Source, invokeIds: readonly string[]) {
  const rows = await looseRows(db, schema, source, invokeIds);
  return rows.map((row) => toLoose(row, source, idOf));
}

function toLoose(row: LooseRow, source: Source, find: (id: string) => Uint8Array | undefined) {
  const { invokeId, ...record } = row.record as Omit<InvocationResult, "source">;
  const result = toExecution<InvocationResult>(record, { source, invokeId }, toOutput(row, find));
  return { invokeId, result, readAt: row.read_at };
}

type LooseRow = Omit<ExecutionRow, "run" | "read_at"> & { readonly read_at: number };

async function looseRows(
  db: Queries,
  schema: string,
  source: Source,
  invokeIds: readonly string[],
): Promise<readonly LooseRow[]> {
  return db
    .withSchema(schema)
    .selectFrom("loose_result")
    .select(["record", "output_state", "output", "dropped_bytes", "is_guess", "read_at"])
    .where("source_key", "=", sourceKeyOf(source))
    .where(sql<SqlBool>`invoke_id = any(${invokeIds.map(toOrderedText)})`)
    .execute();
}

async function readList(db: Queries, schema: string, source: Source, key: string): Promise<ListRecord> {
  const sourceKey = sourceKeyOf(source);
  const tables = db.withSchema(schema);
  // One statement, so that what was cut and the mark of it belong together.
  const row = await sql<{
    cut_at: number | null;
    spans: readonly Span[] | null;
    notes: unknown;
    read_at: number | null;
  }>`
    select source.cut_at, list.spans, list.notes, list.read_at
    from (select ${sourceKey}::text collate "C" as source_key) as wanted
    left join ${sql.table(`${schema}.source`)} as source on source.source_key = wanted.source_key
    left join ${sql.table(`${schema}.list`)} as list on list.source_key = wanted.source_key and list.list_key = ${toOrderedText(key)}`.execute(
    tables,
  );
  const [found] = row.rows;
  return {
    spans: found?.spans ?? [],
    readAt: found?.read_at ?? null,
    notes: found?.notes ?? null,
    basis: basisOf(found?.cut_at ?? null),
  };
}

/** The mark of a list's record: what of its source was let go. */
export function basisOf(cutAt: number | null): string {
  return `sql:${cutAt ?? ""}`;
}
