import { createHash } from "node:crypto";
import { type Invocation, sourceKey } from "#domain";
import {
  above,
  comparePositions,
  LIST_HEAD,
  markOutputs,
  type Position,
  positionOf,
  type StoredRun,
  timeOf,
} from "#store";
import type { SourcePlace } from "../paging/index.ts";
import type { PageStore } from "../view/index.ts";
import type { PageSource } from "./source.ts";
import type { Walk } from "./walk.ts";

/** Where a walk stands in one source, seen from its place without what it showed ahead. */
export type AheadOf = (part: PageSource, place: Position) => SourcePlace;

/** Runs of one source that a walk shows ahead: a cursor names each of them, and has 64 characters for a source. */
const NAMED_MAX = 3;
const PRINTS = 2 ** 28 - 2;

/** A number that stands for a run among those of its source; four bytes in a cursor. */
function printOf({ invokeId }: Invocation): number {
  return createHash("sha256").update(invokeId).digest().readUInt32BE(0) % PRINTS;
}

/** How many runs may have to be passed over. */
export function countShown(parts: readonly PageSource[]): number {
  return parts.reduce((sum, { shown }) => sum + (shown?.prints.size ?? 0), 0);
}

/** Tells runs that a page before showed ahead. */
export function isShownAhead(parts: readonly PageSource[]): (stored: StoredRun) => boolean {
  const bySource = new Map(parts.map(({ source, shown }) => [sourceKey(source), shown]));
  return ({ run }) => {
    const shown = bySource.get(sourceKey(run.source)) ?? null;
    return shown !== null && timeOf(run) >= shown.until && shown.prints.has(printOf(run));
  };
}

/**
 * What is known of sources that fail, beyond what is known of them without a gap: the runs of the time at which reading broke off,
 * and what other readings told. Once every other source has been walked to its end, they are shown, and the cursor says which.
 */
export async function readAhead(
  store: PageStore,
  { parts, query, direction, projection, asker }: Walk,
  reaches: ReadonlyMap<PageSource, number | null>,
  limit: number,
): Promise<readonly StoredRun[]> {
  const failing = parts.filter(({ isLate, failure }) => isLate && failure !== null);
  if (direction.sign < 0 || limit <= 0 || failing.length === 0) return [];
  const stretches = failing.map((part) => {
    const reach = part.lists.length === 0 ? null : (reaches.get(part) ?? null);
    const isUnknown = reach === null || reach === LIST_HEAD;
    const after = isUnknown ? part.start : direction.later(part.start, above(reach));
    return { source: part.source, after, before: null };
  });
  const isShown = isShownAhead(failing);
  const found = await store.readPage({
    stretches,
    query,
    direction: 1,
    limit: limit + countShown(failing),
    projection: markOutputs(projection),
    asker,
  });
  const left = new Map(failing.map(({ source, shown }) => [sourceKey(source), NAMED_MAX - (shown?.prints.size ?? 0)]));
  const isNamed = ({ run }: StoredRun): boolean => {
    const key = sourceKey(run.source);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0;
  };
  return found.filter((stored) => !isShown(stored) && isNamed(stored)).slice(0, limit);
}

/** What cursors say of the runs that this page shows ahead, for the one behind a run; of null, behind the page. */
export function aheadUpTo(ahead: readonly StoredRun[], run: Invocation | null): AheadOf {
  const end = run === null ? null : positionOf(run);
  return ({ source, shown }, place) => {
    const own = ahead
      .map((stored) => stored.run)
      .filter((one) => sourceKey(one.source) === sourceKey(source))
      .filter((one) => end === null || comparePositions(positionOf(one), end) <= 0);
    const prints = new Set([...(shown?.prints ?? []), ...own.map(printOf)]);
    const until = Math.min(...own.map(timeOf), shown?.until ?? LIST_HEAD);
    if (prints.size === 0 || place.time < until) return { place, shown: null };
    return { place, shown: { prints, until } };
  };
}
