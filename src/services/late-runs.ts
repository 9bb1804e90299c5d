import { matchesQuery, sourceRank } from "#domain";
import { comparePositions, type Position } from "#store";
import type { PageSource } from "./page-source.ts";
import type { Walk } from "./page-walk.ts";
import type { PageStore } from "./view/index.ts";

/** Between which rows a page lies, the newest first; null where it has no bound. */
export interface PageBounds {
  readonly start: Position | null;
  readonly end: Position | null;
}

const WHY = "The list showed a run among older ones, behind the place at which it belongs: this walk lacks it.";

/** Notes which late runs of the source's lists are known of already. */
export async function noteLateBefore(part: PageSource): Promise<void> {
  const late = await lateOf(part);
  part.lateBefore = new Set(late.map(({ invokeId }) => invokeId));
}

/**
 * What is wrong if the walk lacks a run that a list showed late: this page met it behind rows that were shown already, or the page
 * should hold it and nobody knows it any more. Null if nothing is.
 */
export async function findLacking(
  store: PageStore,
  part: PageSource,
  { direction, query, wants }: Walk,
  cursor: Position | null,
  bounds: PageBounds,
): Promise<string | null> {
  const { source } = part;
  const late = (await lateOf(part)).map((one) => ({ ...one, source, place: { ...one, source: sourceRank(source) } }));
  const isHere = ({ place }: { readonly place: Position }): boolean => isWithin(place, bounds);
  if (late.some((one) => !one.isKept && isHere(one))) return WHY;
  const isPassed = ({ place }: { readonly place: Position }): boolean =>
    cursor !== null && comparePositions(place, cursor) * direction.sign < 0;
  const met = late.filter((one) => !part.lateBefore.has(one.invokeId) && isPassed(one));
  const known = met.length === 0 ? [] : await store.readRuns(met, wants);
  return known.some((stored) => stored !== null && matchesQuery(stored.run, query)) ? WHY : null;
}

function isWithin(place: Position, { start, end }: PageBounds): boolean {
  const isBehind = start === null || comparePositions(start, place) < 0;
  return isBehind && (end === null || comparePositions(place, end) < 0);
}

async function lateOf({ lists }: PageSource) {
  return (await Promise.all(lists.map((list) => list.lateRuns()))).flat();
}
