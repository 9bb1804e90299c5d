import { type Invocation, type InvocationFilter, type Operation, toQuery } from "#domain";
import { LIST_END, type Position, positionOf, type RunStore } from "#store";
import { falseEndOf, isWhole, type PageSource } from "../walk/index.ts";

/** Runs that are counted between two turns of others. */
const PART = 250;

/** How many rows the runs that are meant have together; null unless all of them are known. Asks no upstream. */
export async function countRows(
  store: Pick<RunStore, "readPage">,
  parts: readonly PageSource[],
  filter: InvocationFilter,
  rowsIn: (run: Invocation) => number,
  operation: Operation,
): Promise<number | null> {
  for (const part of parts) if ((await falseEndOf(part)) !== null || !(await isWhole(part, LIST_END))) return null;
  const request = {
    query: toQuery(filter),
    direction: 1,
    limit: PART,
    wants: { output: false, content: false },
  } as const;
  let rows = 0;
  let after: Position | null = null;
  for (;;) {
    const stretches = parts.map(({ source }) => ({ source, after, before: null }));
    const found = await store.readPage({ ...request, stretches });
    // Nobody knows which rows those would be that cannot be shown.
    if (found.some(({ run }) => run.missingInstances !== undefined)) return null;
    for (const { run } of found) rows += rowsIn(run);
    const last = found.at(-1);
    if (last === undefined || found.length < PART) return rows;
    after = positionOf(last.run);
    await operation.turn?.();
  }
}
