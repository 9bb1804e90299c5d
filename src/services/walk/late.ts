import { matchesQuery, type Projection, sourceRank } from "#domain";
import { comparePositions, type Position } from "#store";
import type { PageStore } from "../view/index.ts";
import type { PageSource } from "./source.ts";
import type { Walk } from "./walk.ts";

const NOTHING: Projection = { output: false, content: false };
const WHY = "The list showed a run too late, among older ones: these pages lack it, and a new list has it.";

/** Notes which late runs of the source's lists are known of already. */
export async function noteLateBefore(part: PageSource): Promise<void> {
  const late = await lateOf(part);
  part.lateBefore = new Set(late.map(({ invokeId }) => invokeId));
}

/** What is wrong if this page met a run that a list showed late, behind rows that the walk has shown already. Null if nothing is. */
export async function findLacking(
  store: PageStore,
  part: PageSource,
  { direction, query, asker }: Walk,
  cursor: Position | null,
): Promise<string | null> {
  if (cursor === null) return null;
  const { source } = part;
  const late = (await lateOf(part)).map((one) => ({ ...one, source, place: { ...one, source: sourceRank(source) } }));
  const isPassed = ({ place }: { readonly place: Position }): boolean =>
    comparePositions(place, cursor) * direction.sign < 0;
  const met = late.filter((one) => !part.lateBefore.has(one.invokeId) && isPassed(one));
  const known = met.length === 0 ? [] : await store.readRuns(met, NOTHING, asker);
  return known.some((stored) => stored !== null && matchesQuery(stored.run, query)) ? WHY : null;
}

async function lateOf({ lists }: PageSource) {
  return (await Promise.all(lists.map((list) => list.lateRuns()))).flat();
}
