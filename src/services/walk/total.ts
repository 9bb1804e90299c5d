import { type InvocationFilter, isCountable, type Operation, toQuery } from "#domain";
import { LIST_END, LIST_HEAD } from "#store";
import type { PageStore } from "../view/index.ts";
import { doubtOf, hasDoubtful } from "./doubtful.ts";
import { askerOf } from "./pause.ts";
import { falseEndOf, isNeverOffered, isSound, type PageSource, refusalOf } from "./source.ts";
import { timeOf } from "./walk.ts";

/** How many runs are meant: counted if all are known, else as the upstreams tell; null if neither can be had. */
export async function countRuns(
  store: Pick<PageStore, "count" | "readPage">,
  parts: readonly PageSource[],
  filter: InvocationFilter,
  operation: Operation,
): Promise<number | null> {
  const { createdAfter } = filter;
  const limit = createdAfter === undefined ? LIST_END : timeOf(createdAfter) - 1;
  let sum = 0;
  for (const part of parts) {
    // What contradicts itself tells no length, and nobody knows how much is missing.
    if ((await falseEndOf(part)) !== null) return null;
    const count = (await isWhole(part, limit))
      ? await countKnown(store, part, filter, operation)
      : await toldCount(part, filter);
    if (count === null) return null;
    sum += count;
  }
  return sum;
}

/** True if all runs down to the limit, exclusive, are known, and the lists do not contradict themselves. */
export async function isWhole(part: PageSource, limit: number): Promise<boolean> {
  const { lists, isLate } = part;
  if (refusalOf(part) !== null) return false;
  if (lists.length === 0) return !isLate || isNeverOffered(part);
  const bounds = await Promise.all(lists.map((list) => list.boundBelow(LIST_HEAD)));
  return bounds.every((bound) => bound <= limit) && isSound(part);
}

/** Null if nobody knows of some run whether it is meant. */
async function countKnown(
  store: Pick<PageStore, "count" | "readPage">,
  part: PageSource,
  filter: InvocationFilter,
  operation: Operation,
): Promise<number | null> {
  const query = toQuery(filter);
  const stretch = { source: part.source, after: null, before: null };
  const asker = askerOf(operation);
  if (await hasDoubtful(store, doubtOf(part, query), stretch, asker)) return null;
  return store.count({ stretches: [stretch], query, asker });
}

async function toldCount({ lists }: PageSource, filter: InvocationFilter): Promise<number | null> {
  const [only, ...others] = lists;
  if (only === undefined || others.length > 0 || !only.isExact || !isCountable(filter)) return null;
  return only.total();
}
