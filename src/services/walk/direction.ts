import type { Operation } from "#domain";
import { above, comparePositions, LIST_END, LIST_HEAD, type Position, type Stretch } from "#store";
import type { KnownList } from "#sync";
import { boundBelow, type PageSource } from "./source.ts";

/** A walk of pages is told from its beginning: forwards that is the newest run, backwards the oldest. */
export interface WalkDirection {
  readonly sign: 1 | -1;
  /** The place behind every run, seen from the beginning. */
  readonly lastPlace: Position;
  /** How far a source is known without a gap, from where it stands on; null if nothing is known there. */
  reach(part: PageSource): Promise<number | null>;
  /** The part of a source that is known, from where it stands on. */
  stretch(part: PageSource, reach: number | null): Stretch;
  /** True if every run is known that stands at this time or nearer to the beginning. */
  isReached(reach: number | null, time: number): boolean;
  /** True if nothing that is meant can lie beyond. */
  isAtEnd(reach: number | null, limit: number): boolean;
  /** The later of two places, seen from the beginning; null stands for the beginning. */
  later(a: Position | null, b: Position | null): Position | null;
  /** The place behind everything that is known, seen from the beginning. */
  placeAtReach(part: PageSource, reach: number | null, now: number): Position | null;
  /** Reads on one source. */
  readOn(part: PageSource, list: KnownList, operation: Operation): Promise<void>;
}

/** The place behind the oldest run. */
export const BEHIND_ALL: Position = { time: LIST_END, source: "", invokeId: "" };
/** The place in front of the newest run. */
const IN_FRONT_OF_ALL: Position = { time: LIST_HEAD, source: "", invokeId: "" };

const isBefore = (a: Position, b: Position): boolean => comparePositions(a, b) < 0;

/** From the newest run to the oldest. */
export const forwards: WalkDirection = {
  sign: 1,
  lastPlace: BEHIND_ALL,
  reach: (part) => boundBelow(part, part.start?.time ?? LIST_HEAD),
  stretch: ({ source, start }, reach) => ({
    source,
    after: start,
    before: reach === null || reach === LIST_END ? null : above(reach),
  }),
  isReached: (reach, time) => reach !== null && reach < time,
  isAtEnd: (reach, limit) => reach !== null && reach <= limit,
  later: (a, b) => (a === null || b === null ? (a ?? b) : isBefore(a, b) ? b : a),
  // Of a source of which nothing is known, nothing is owed that was created after this.
  placeAtReach: (part, reach, now) =>
    reach === null || reach === LIST_HEAD ? (part.start ?? above(now)) : forwards.later(part.start, above(reach)),
  readOn: (part, list, operation) => list.extendBelow(part.start?.time ?? LIST_HEAD, operation),
};

/** From the oldest run to the newest. */
export const backwards: WalkDirection = {
  sign: -1,
  lastPlace: IN_FRONT_OF_ALL,
  async reach({ lists, start }) {
    const tops = await Promise.all(lists.map((list) => list.boundAbove(start?.time ?? LIST_END)));
    return tops.some((top) => top === null) ? null : Math.min(LIST_HEAD, ...tops.map((top) => top ?? LIST_HEAD));
  },
  stretch: ({ source, start }, reach) => ({
    source,
    after: reach === null ? (start ?? BEHIND_ALL) : reach === LIST_HEAD ? null : above(reach),
    before: start,
  }),
  isReached: (reach, time) => reach !== null && reach >= time,
  isAtEnd: (reach, limit) => reach !== null && reach >= limit,
  later: (a, b) => (a === null || b === null ? (a ?? b) : isBefore(a, b) ? a : b),
  placeAtReach: (part, reach) =>
    reach === null ? (part.start ?? BEHIND_ALL) : backwards.later(part.start, above(reach)),
  readOn: (part, list, operation) => list.extendAbove(part.start?.time ?? LIST_END, operation),
};
