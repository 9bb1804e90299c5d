import { type Expression, type RawBuilder, type SqlBool, sql } from "kysely";
import { FAILED_RUN_STATUSES, type InvocationRef, type Source, splitByWeight } from "#domain";
import {
  type Asker,
  comparePositions,
  type KeptProjection,
  type ListRecord,
  type Position,
  positionOf,
  type RunAsked,
  type RunStore,
  type Span,
  type StoredRun,
  type Stretch,
} from "../contract/index.ts";
import { createLine, type Line } from "./at-once.ts";
import { toCondition } from "./conditions.ts";
import { readLoose } from "./loose-results.ts";
import { fromOrderedText, toOrderedText } from "./ordered-text.ts";
import { readOutlines } from "./outline-rows.ts";
import { ageOf, sourceKeyOf, toArrayText } from "./records.ts";
import { bySourceKey, type RunRow, selectRuns, toStoredRuns } from "./run-rows.ts";
import type { Queries } from "./tables.ts";

/** Everything that reads. */
type Reader = Omit<RunStore, "write" | "onChange" | "close">;

/** Answers that are fetched and parsed at the same time. Each holds all of its texts until it is done. */
const ANSWERS_AT_ONCE = 4;
/** Of these for one client, so that others mostly find a place free. */
const ANSWERS_OF_ONE = 2;

/** Reads over one connection or a pool of them. @param schema where the tables are */
export function createReader(db: Queries, schema: string): Reader {
  const tables = db.withSchema(schema);
  // Those that write never wait here: one who is through may wait for a connection that they hold.
  const inTurn = createLine(ANSWERS_AT_ONCE, ANSWERS_OF_ONE);
  return {
    ...createRunsReader(db, schema, inTurn),
    readOutlines: (request) => inTurn(request.asker, () => readOutlines(db, schema, request)),
    async count({ stretches, query, asker }) {
      const condition = toCondition(stretches, query, schema);
      if (condition === null) return 0;
      const counted = tables.selectFrom("run").select(sql<number>`count(*)`.as("count")).where(condition);
      return (await inTurn(asker, () => counted.executeTakeFirst()))?.count ?? 0;
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
/** The same of pages: 50 runs and the next one come with one statement, whose filter is gone through once. */
const ROWS_A_QUESTION = 64;

/** Reads whole runs, or some of their executions. */
function createRunsReader(
  db: Queries,
  schema: string,
  inTurn: Line,
): Pick<Reader, "readRuns" | "readPage" | "readUnfinished"> {
  async function readInOrder(
    condition: Expression<SqlBool>,
    direction: 1 | -1,
    limit: number,
  ): Promise<readonly RunRow[]> {
    const order = direction > 0 ? "asc" : "desc";
    const inOrder = selectRuns(db, schema)
      .where(condition)
      .orderBy("age", order)
      .orderBy("source_key", order)
      .orderBy("invoke_id", order);
    return inOrder.limit(limit).execute();
  }

  async function readRefs(
    refs: readonly RunAsked[],
    projection: KeptProjection,
    asker: Asker | undefined,
  ): Promise<readonly StoredRun[]> {
    const sources = refs.map(({ source }) => source);
    const keys = sources.map(sourceKeyOf);
    const ids = refs.map(({ invokeId }) => toOrderedText(invokeId));
    const chosen = refs.flatMap(({ instanceIds = null }) =>
      instanceIds === null ? [] : [toArrayText(instanceIds.map(toOrderedText))],
    );
    const wanted = sql`select * from unnest(${keys}::text[], ${ids}::text[])`;
    const isChosen = sql`and one.instance_id = any((
      select instance_ids::text[] from unnest(${keys}::text[], ${ids}::text[], ${chosen}::text[]) as asked(source_key, invoke_id, instance_ids)
      where asked.source_key = run.source_key and asked.invoke_id = run.invoke_id)::text[])`;
    const runs = selectRuns(db, schema, chosen.length < refs.length ? undefined : isChosen);
    const rows = await runs.where(sql<SqlBool>`(source_key, invoke_id) in (${wanted})`).execute();
    return toStoredRuns(db, schema, rows, bySourceKey(sources), projection, asker);
  }

  return {
    async readRuns(refs, projection, asker) {
      const known = new Map<string, StoredRun>();
      for (const part of splitByWeight(refs, () => 1, RUNS_A_QUESTION))
        for (const stored of await inTurn(asker, () => readRefs(part, projection, asker)))
          known.set(keyOf(stored.run), stored);
      return refs.map((ref) => known.get(keyOf(ref)) ?? null);
    },
    async readPage({ stretches, query, direction, limit, projection, asker }) {
      const sources = bySourceKey(stretches.map(({ source }) => source));
      const found: StoredRun[] = [];
      for (let end: Position | null = null; found.length < limit; ) {
        const condition = toCondition(stretchesBehind(stretches, direction, end), query, schema);
        if (condition === null) break;
        const most = Math.min(ROWS_A_QUESTION, limit - found.length);
        const part = await inTurn(asker, async () => {
          const rows = await readInOrder(condition, direction, most);
          return toStoredRuns(db, schema, rows, sources, projection, asker);
        });
        found.push(...part);
        const last = part.at(-1);
        if (last === undefined || part.length < most) break;
        end = positionOf(last.run);
      }
      return direction > 0 ? found : found.reverse();
    },
    async readUnfinished(source, limit) {
      const condition = sql<SqlBool>`source_key = ${sourceKeyOf(source)} and is_open and not is_gone`;
      const nothing = { output: false, content: false };
      return inTurn(undefined, async () =>
        toStoredRuns(db, schema, await readInOrder(condition, 1, limit), bySourceKey([source]), nothing),
      );
    },
  };
}

/** What of the stretches lies behind a place, as one goes through them. */
function stretchesBehind(stretches: readonly Stretch[], direction: 1 | -1, end: Position | null): readonly Stretch[] {
  if (end === null) return stretches;
  const side = direction > 0 ? "after" : "before";
  return stretches.map((stretch) => {
    const own = stretch[side];
    const isBehind = own !== null && comparePositions(own, end) * direction > 0;
    return isBehind ? stretch : { ...stretch, [side]: end };
  });
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
