import { type Expression, type RawBuilder, type SqlBool, sql } from "kysely";
import { FAILED_RUN_STATUSES, type InvocationRef, type Projection, type Source, splitByWeight } from "#domain";
import type { ListRecord, RunStore, Span, StoredRun } from "../contract/index.ts";
import { createLine } from "./at-once.ts";
import { toCondition } from "./conditions.ts";
import { readLoose } from "./loose-results.ts";
import { fromOrderedText, toOrderedText } from "./ordered-text.ts";
import { readOutlines } from "./outline-rows.ts";
import { ageOf, sourceKeyOf } from "./records.ts";
import { bySourceKey, type RunRow, selectRuns, toStoredRuns } from "./run-rows.ts";
import type { Queries } from "./tables.ts";

/** Everything that reads. */
type Reader = Omit<RunStore, "write" | "onChange" | "close">;

/** Reads over one connection or a pool of them. @param schema where the tables are */
export function createReader(db: Queries, schema: string): Reader {
  const tables = db.withSchema(schema);
  return {
    ...createRunsReader(db, schema),
    readOutlines: (request) => readOutlines(db, schema, request),
    async count({ stretches, query }) {
      const condition = toCondition(stretches, query, schema);
      if (condition === null) return 0;
      const counted = tables.selectFrom("run").select(sql<number>`count(*)`.as("count")).where(condition);
      return (await counted.executeTakeFirst())?.count ?? 0;
    },
    ...createOutputLacks(db, schema),
    readLooseResults: (ref) => readLoose(db, schema, ref),
    readList: (source, key) => readList(db, schema, source, key),
    async oldestTime(source) {
      const ages = tables.selectFrom("run").select("age").where("source_key", "=", sourceKeyOf(source));
      const row = await ages.where("age", "<=", 0).orderBy("age", "desc").limit(1).executeTakeFirst();
      return row === undefined ? null : ageOf(row.age);
    },
  };
}

/** Runs may be hundreds of executions wide: of so many, what is told at once fills a few megabytes. */
const RUNS_A_QUESTION = 32;

/** Answers that are fetched and parsed at the same time. Each holds all of its texts until it is done. */
const ANSWERS_AT_ONCE = 4;

/** Reads whole runs. */
function createRunsReader(db: Queries, schema: string): Pick<Reader, "readRuns" | "readPage" | "readUnfinished"> {
  const runs = selectRuns(db, schema);
  // Those that write never wait here: one who is through may wait for a connection that they hold.
  const inTurn = createLine(ANSWERS_AT_ONCE);
  const load = (rows: readonly RunRow[], sources: readonly Source[], projection: Projection) =>
    toStoredRuns(db, schema, rows, bySourceKey(sources), projection);

  async function readInOrder(
    condition: Expression<SqlBool>,
    direction: 1 | -1,
    limit: number,
  ): Promise<readonly RunRow[]> {
    if (limit <= 0) return [];
    const order = direction > 0 ? "asc" : "desc";
    const inOrder = runs
      .where(condition)
      .orderBy("age", order)
      .orderBy("source_key", order)
      .orderBy("invoke_id", order);
    const rows = await inOrder.limit(limit).execute();
    return direction > 0 ? rows : rows.reverse();
  }

  async function readRefs(refs: readonly InvocationRef[], projection: Projection): Promise<readonly StoredRun[]> {
    const sources = refs.map(({ source }) => source);
    const ids = refs.map(({ invokeId }) => toOrderedText(invokeId));
    const wanted = sql`select * from unnest(${sources.map(sourceKeyOf)}::text[], ${ids}::text[])`;
    return load(await runs.where(sql<SqlBool>`(source_key, invoke_id) in (${wanted})`).execute(), sources, projection);
  }

  return {
    async readRuns(refs, projection) {
      const known = new Map<string, StoredRun>();
      for (const part of splitByWeight(refs, () => 1, RUNS_A_QUESTION))
        for (const stored of await inTurn(() => readRefs(part, projection))) known.set(keyOf(stored.run), stored);
      return refs.map((ref) => known.get(keyOf(ref)) ?? null);
    },
    async readPage({ stretches, query, direction, limit, projection }) {
      const condition = toCondition(stretches, query, schema);
      if (condition === null) return [];
      const sources = stretches.map(({ source }) => source);
      return inTurn(async () => load(await readInOrder(condition, direction, limit), sources, projection));
    },
    async readUnfinished(source, limit) {
      const condition = sql<SqlBool>`source_key = ${sourceKeyOf(source)} and is_open and not is_gone`;
      const nothing = { output: false, content: false };
      return inTurn(async () => load(await readInOrder(condition, 1, limit), [source], nothing));
    },
  };
}

function keyOf({ source, invokeId }: InvocationRef): string {
  return JSON.stringify([sourceKeyOf(source), invokeId]);
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
    epoch: number | null;
  }>`
    select source.cut_at, list.spans, list.notes, list.read_at, list.epoch
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
    basis: basisOf(found?.epoch ?? 0, found?.cut_at ?? null),
  };
}

/** The mark of a list's record: whose turn it was to write it, and what of its source was let go. */
export function basisOf(epoch: number, cutAt: number | null): string {
  return `sql:${epoch}:${cutAt ?? ""}`;
}

/** Finds runs that are over and whose outputs were not read; the index `execution_unread` holds just their executions. */
function createOutputLacks(db: Queries, schema: string): Pick<RunStore, "readLackingOutputs" | "countLackingOutputs"> {
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
