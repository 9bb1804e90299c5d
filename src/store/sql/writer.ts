import type { Kysely, Transaction } from "kysely";
import type { Source } from "#domain";
import type { ListRecord, RunWrite } from "../contract/index.ts";
import { cutSpans } from "../contract/index.ts";
import { type Contents, createContents } from "./contents.ts";
import { lockSource } from "./locks.ts";
import { readStrippedLoose } from "./loose-results.ts";
import { type ChangedRun, invokeIdsOf, type MergedWrite, mergeWrite } from "./merge-write.ts";
import { toOrderedText } from "./ordered-text.ts";
import { basisOf } from "./reader.ts";
import { sourceKeyOf } from "./records.ts";
import { readStripped } from "./run-rows.ts";
import { saveContents, saveDropped, saveExecutions, saveLoose, saveReadTimes, saveRuns } from "./saving.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;

/** What one write changed; the contents are those that it brought. */
export interface WriteOutcome {
  readonly runs: readonly ChangedRun[];
  readonly contents: Contents;
}

/** What writing needs to know. */
export interface WriterOptions {
  readonly schema: string;
  readonly contentKey: Uint8Array;
  /** Names this process among all that write. */
  readonly writer: string;
}

/** Writes one reading: all of it or nothing. */
export async function writeReading(
  db: Kysely<Tables>,
  write: RunWrite,
  { schema, contentKey, writer }: WriterOptions,
): Promise<WriteOutcome> {
  const contents = createContents(contentKey, write.source);
  const sourceKey = sourceKeyOf(write.source);
  const merged = await db.transaction().execute(async (transaction) => {
    await lockSource(transaction, schema, sourceKey);
    const outcome = await mergeKnown(transaction, schema, write, contents);
    await saveMerged(transaction, schema, { sourceKey, write, writer, outcome, contents });
    if (write.dropped !== undefined) await saveDropped(transaction, schema, write.source, write.dropped);
    if (write.list !== undefined) await saveList(transaction, schema, { ...write.list, writer, source: write.source });
    return outcome;
  });
  return { runs: merged.runs, contents };
}

async function mergeKnown(
  transaction: Transaction<Tables>,
  schema: string,
  write: RunWrite,
  contents: Contents,
): Promise<MergedWrite> {
  const invokeIds = invokeIdsOf(write);
  if (invokeIds.length === 0) return { runs: [], loose: [] };
  const runs = await readStripped(transaction, schema, write.source, invokeIds);
  const known = new Set(runs.map(({ run }) => run.invokeId));
  const isNew = (write.runs ?? []).map(({ invokeId }) => invokeId).filter((invokeId) => !known.has(invokeId));
  const loose = isNew.length === 0 ? [] : await readStrippedLoose(transaction, schema, write.source, isNew);
  return mergeWrite(write, { runs, loose }, contents);
}

interface Saving {
  readonly sourceKey: string;
  readonly write: RunWrite;
  readonly writer: string;
  readonly outcome: MergedWrite;
  readonly contents: Contents;
}

async function saveMerged(
  transaction: Transaction<Tables>,
  schema: string,
  { sourceKey, write, writer, outcome, contents }: Saving,
): Promise<void> {
  const { runs, loose } = outcome;
  await saveContents(transaction, schema, outcome, contents, Math.floor(write.readAt / DAY_MS));
  const ids = await saveRuns(transaction, schema, runs, writer);
  await saveExecutions(transaction, schema, runs, ids);
  await saveReadTimes(transaction, schema, runs);
  await saveLoose(transaction, schema, { sourceKey, loose, known: runs.filter(({ id }) => id === null) });
}

interface ListSaving {
  readonly source: Source;
  readonly key: string;
  readonly record: ListRecord;
  readonly writer: string;
}

async function saveList(
  transaction: Transaction<Tables>,
  schema: string,
  { source, key, record, writer }: ListSaving,
): Promise<void> {
  const tables = transaction.withSchema(schema);
  const place = { source_key: sourceKeyOf(source), list_key: toOrderedText(key) };
  const cut = await tables
    .selectFrom("source")
    .select("cut_at")
    .where("source_key", "=", place.source_key)
    .executeTakeFirst();
  const known = await tables
    .selectFrom("list")
    .select(["epoch", "written_by"])
    .where("source_key", "=", place.source_key)
    .where("list_key", "=", place.list_key)
    .executeTakeFirst();
  const epoch = known?.epoch ?? 0;
  if (isLate(record, epoch)) return;
  const row = {
    spans: JSON.stringify(spansOf(record, epoch, cut?.cut_at ?? null)),
    notes: JSON.stringify(record.notes ?? null),
    read_at: record.readAt,
    epoch: known?.written_by === writer ? epoch : epoch + 1,
    written_by: writer,
  };
  await tables
    .insertInto("list")
    .values({ ...place, ...row })
    .onConflict((conflict) => conflict.columns(["source_key", "list_key"]).doUpdateSet(row))
    .execute();
}

/** True if another process wrote the list since this record was read: its runs are kept, its word on the list comes too late. */
function isLate({ basis }: ListRecord, epoch: number): boolean {
  return basis.startsWith("sql:") && !basis.startsWith(`sql:${epoch}:`);
}

/** What a record may claim: not what was let go since it was read, nor what another keeper holds. */
function spansOf({ spans, basis }: ListRecord, epoch: number, cutAt: number | null): ListRecord["spans"] {
  if (basis === basisOf(epoch, cutAt)) return spans;
  if (!basis.startsWith("sql:") || cutAt === null) return [];
  return cutSpans(spans, Number.MIN_SAFE_INTEGER, cutAt);
}
