import { type Invocation, sourceRank } from "#domain";
import { above, comparePositions, LIST_HEAD, type Position, positionOf, type StoredRun, type Stretch } from "#store";
import type { CursorCodec, PageCursor, SourcePlace } from "../paging/index.ts";
import type { AheadOf } from "./ahead.ts";
import { BEHIND_ALL } from "./direction.ts";
import { isAnswered, type PageSource } from "./source.ts";
import type { Walk } from "./walk.ts";

/** Where the walk stands behind a row, and which sources stand elsewhere. */
export function cursorBehind(
  { parts, direction, limit }: Walk,
  reaches: ReadonlyMap<PageSource, number | null>,
  at: {
    readonly start: Position | null;
    readonly end: Position | null;
    readonly now: number;
    readonly row: readonly string[];
    /** What each source showed ahead of what is known of it without a gap. */
    readonly aheadOf: AheadOf;
  },
): PageCursor {
  const places = parts.map((part) => {
    const reach = reaches.get(part) ?? null;
    const isUnread = part.isLate && part.lists.length === 0;
    const isCovered =
      !isUnread && (direction.isAtEnd(reach, limit) || (at.end !== null && direction.isReached(reach, at.end.time)));
    const place = isCovered
      ? direction.later(part.start, at.end ?? direction.lastPlace)
      : direction.placeAtReach(part, isUnread ? null : reach, at.now);
    return { part, place };
  });
  const ends = places.map(({ place }) => place);
  const furthest = [at.start, ...ends].reduce((a, b) => direction.later(a, b), at.end);
  const position = furthest ?? (direction.sign > 0 ? above(at.now) : BEHIND_ALL);
  const lagging = new Map<string, SourcePlace>();
  for (const { part, place } of places) {
    const own = at.aheadOf(part, place ?? position);
    if (own.shown !== null || !isSame(own.place, position)) lagging.set(sourceRank(part.source), own);
  }
  return { position, lagging, row: at.row };
}

/** What is known without a gap behind a page. */
export interface Ground {
  readonly stretches: readonly Stretch[];
  /** The cursor behind all that. */
  cursor(): string;
}

/** The ground behind a page of which no source lags; null if there is none. @param end where the page ends */
export function groundBehind(
  { parts, limit, direction }: Walk,
  reaches: ReadonlyMap<PageSource, number | null>,
  end: Position | null,
  codec: CursorCodec,
): Ground | null {
  const until = Math.max(limit, ...[...reaches.values()].map((reach) => reach ?? LIST_HEAD));
  if (direction.sign < 0 || end === null || until >= end.time) return null;
  const position = above(until);
  return {
    stretches: parts.filter(isAnswered).map(({ source }) => ({ source, after: end, before: position })),
    cursor: () => codec.seal({ position, lagging: new Map(), row: [] }),
  };
}

function isSame(a: Position, b: Position): boolean {
  return a.time === b.time && a.source === b.source && a.invokeId === b.invokeId;
}

/** Where the page stands behind one of its rows, apart from runs that it shows ahead; null where everything else has ended. */
export function endBehind(
  run: Invocation | null,
  rows: readonly StoredRun[],
  ahead: readonly StoredRun[],
): Position | null {
  if (run === null) return null;
  if (ahead.length === 0) return positionOf(run);
  const places = rows.map((stored) => positionOf(stored.run));
  const last = places.findLast((place) => comparePositions(place, positionOf(run)) <= 0);
  const [first] = places;
  return last ?? (first === undefined ? null : above(first.time));
}
