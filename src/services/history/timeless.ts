import { NEWEST } from "./run-key.ts";
import type { StrayMap } from "./stray-map.ts";
import { createStrays, type StrayReading } from "./strays.ts";
import type { StreamOptions } from "./stream-contract.ts";
import { type Need, wantsTail } from "./stream-need.ts";
import type { KnownGroup } from "./tie-group.ts";
import { type Slot, tailOf, type WindowView } from "./window-view.ts";

/**
 * The runs of one list that have no creation time, and so come last. A list ends with them (its tail), or has them anywhere (strays).
 * Backwards they come first: the tail, and with it the strays where the list is known to have some. Strays that a walk backwards
 * learns of later end it, so that the order gives way and no run is lost.
 */
export interface Timeless {
  /** Notes those of a window. */
  note(view: WindowView): void;
  /** Notes those of a group that was read whole. */
  noteGroup(group: KnownGroup): void;
  /** Notes that the list's end was seen, reading forwards. */
  noteEnd(view: WindowView): void;
  /** True as long as the tail is wanted and not read, reading backwards. */
  readonly isTailDue: boolean;
  finishTail(): void;
  /** Strays that come first, as soon as the tail is read; empty where there are none, and after the first time. */
  first(reading: StrayReading, hasReachedEnd: boolean): Promise<readonly Slot[]>;
  /** True as long as some may come last. */
  readonly isLastDue: boolean;
  /** Those that come last, once the list is read to its end; null where that takes reading and `isUrgent` is false. */
  last(reading: StrayReading, isUrgent: boolean): Promise<readonly Slot[] | null>;
  /** Where strays were seen. */
  map(): StrayMap;
}

/** Starts from where a list is read, and what is wanted of it. */
export function createTimeless({ direction, query, start, hasStrays }: StreamOptions, need: Need | null): Timeless {
  const strays = createStrays(start.strays);
  // A window of time holds none without one.
  const isMeant = query.createdAfter === undefined && query.createdBefore === undefined;
  // Whoever turned round has not seen what was listed in front of him.
  const isTurned = (): boolean => direction > 0 && start.strays === null && start.place !== null && hasStrays();
  let isTailDue = direction < 0 && wantsTail(need);
  let areLate = start.strays?.areLate === true;
  let isFirstDue = isMeant && isTailDue && !areLate;
  let isLastDue = isMeant && (direction > 0 || areLate);
  let tail: readonly Slot[] = [];

  return {
    note: (view) => strays.note(view),
    noteGroup({ timeless, isTail, total }) {
      if (!isTail) strays.add(timeless, total);
      else if (direction > 0) tail = timeless;
    },
    noteEnd(view) {
      tail = tailOf(view);
    },
    get isTailDue() {
      return isTailDue;
    },
    finishTail() {
      isTailDue = false;
    },
    async first(reading, hasReachedEnd) {
      if (!isFirstDue || isTailDue) return [];
      // A list that was read from one end to the other has shown them all.
      const isKnown = start.strays !== null || hasReachedEnd;
      const slots = isKnown ? await strays.gather(reading) : hasStrays() ? await strays.scan(reading) : null;
      isFirstDue = false;
      areLate = slots === null;
      isLastDue = isMeant && areLate;
      return slots ?? [];
    },
    get isLastDue() {
      return isLastDue;
    },
    async last(reading, isUrgent) {
      if (!isUrgent && (isTurned() || !strays.isAtHand(reading.total))) return null;
      const scanned = isTurned() ? await strays.scan(reading) : null;
      const slots = scanned ?? (await strays.gather(reading));
      isLastDue = false;
      return direction > 0
        ? [...tail, ...slots]
        : slots.map((slot) => ({ ...slot, key: { ...slot.key, time: NEWEST } }));
    },
    map: () => ({ ...strays.map(), areLate }),
  };
}
