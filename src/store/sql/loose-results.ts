import { type SqlBool, sql } from "kysely";
import type { InvocationRef, InvocationResult, Source } from "#domain";
import { idOf } from "./contents.ts";
import { toOrderedText } from "./ordered-text.ts";
import { sourceKeyOf, toExecution } from "./records.ts";
import { type ExecutionRow, readContents } from "./run-rows.ts";
import type { Queries } from "./tables.ts";

/** Results of a run that is not known. */
export async function readLoose(db: Queries, schema: string, ref: InvocationRef) {
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
  const { invokeId } = row.record as Pick<InvocationResult, "invokeId">;
  const result = toExecution<InvocationResult>(row, { source, invokeId }, find);
  return { invokeId, result, readAt: row.read_at };
}

type LooseRow = Omit<ExecutionRow, "read_at"> & { readonly read_at: number };

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
