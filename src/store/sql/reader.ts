import { type Expression, type RawBuilder, type SqlBool, sql } from "kysely";
import { FAILED_RUN_STATUSES, type InvocationRef, type Projection, type Source } from "#domain";
import type { ListRecord, RunStore, Span } from "../contract/index.ts";
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

/** Reads whole runs. */
function createRunsReader(db: Queries, schema: string): Pick<Reader, "readRuns" | "readPage" | "readUnfinished"> {
  const runs = selectRuns(db, schema);
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

  return {
    async readRuns(refs, projection) {
      if (refs.length === 0) return [];
      const sources = refs.map(({ source }) => source);
      const ids = refs.map(({ invokeId }) => toOrderedText(invokeId));
      const wanted = sql`select * from unnest(${sources.map(sourceKeyOf)}::text[], ${ids}::text[])`;
      const rows = await runs.where(sql<SqlBool>`(source_key, invoke_id) in (${wanted})`).execute();
      const known = new Map((await load(rows, sources, projection)).map((stored) => [keyOf(stored.run), stored]));
      return refs.map((ref) => known.get(keyOf(ref)) ?? null);
    },
    async readPage({ stretches, query, direction, limit, projection }) {
      const condition = toCondition(stretches, query, schema);
      const rows = condition === null ? [] : await readInOrder(condition, direction, limit);
      return load(
        rows,
        stretches.map(({ source }) => source),
        projection,
      );
    },
    async readUnfinished(source, limit) {
      const condition = sql<SqlBool>`source_key = ${sourceKeyOf(source)} and is_open and not is_gone`;
      return load(await readInOrder(condition, 1, limit), [source], { output: false, content: false });
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
