import type { PageRequest } from "#upstreams";
import { compareTimes, type Direction } from "./run-key.ts";
import { chooseWindow, windowYield } from "./window-choice.ts";
import { inListOrder, type Slot, type WindowView } from "./window-view.ts";

/** A group of records of one creation time that no single window holds, with those without any that stand between. */
export interface TieGroupNeed {
  readonly direction: Direction;
  /** The group's creation time; null where no window has shown a wanted record yet; empty for the list's end without one. */
  readonly time: string | null;
  /** True where a record of this time belongs to this group or lies behind it, in the direction of reading. */
  isWanted(time: string): boolean;
  /** The window that showed its first records, in the direction of reading, and what lies in front of them. */
  readonly view: WindowView;
  readonly pageSizeMax: number;
  read(page: PageRequest): Promise<WindowView>;
}

/** The whole group. */
export interface TieGroup {
  /** Null where the list has no wanted record left that has a creation time. */
  readonly time: string | null;
  readonly slots: readonly Slot[];
  /** Records without a creation time between the next newer record and the next older one. */
  readonly timeless: readonly Slot[];
  /** Those of them that do not end the list. */
  readonly strays: readonly Slot[];
  /** Index behind that of the next newer record. */
  readonly low: number;
  /** Index of the next older one. */
  readonly end: number;
  /** The window that showed what lies behind the group, in the direction of reading. */
  readonly view: WindowView;
  /** True where nothing lies behind it, in the direction of reading. */
  readonly isLast: boolean;
  /** Length of the list to which the indexes belong. */
  readonly total: number | null;
}

/** Reads per window of the group, at most: an order that changes at every call shows other records at each. */
const READS_PER_WINDOW = 12;
/** Windows of one round, at most. */
const ROUND_MAX = 200;

interface Round {
  /** Bounds, as if the list had not moved since the round began; null while not seen. */
  low: number | null;
  end: number | null;
  total: number | null;
  reads: number;
  /** Records that could not be read, and may belong to the group. */
  unreadable: number;
  /** The windows that showed the bounds, and whether they are the list's own. */
  lowView: WindowView | null;
  endView: WindowView | null;
  isHead: boolean;
  isTail: boolean;
}

/** What has been seen of a group so far. */
interface Sight {
  time: string | null;
  readonly seen: Map<string, Slot>;
  /** Where they were seen last, counted from the list's end, which arrivals do not move. */
  readonly places: Map<string, number>;
}

/**
 * Reads until the group is whole: as many different records seen as there are indexes between a newer record and an older
 * one. The windows are read over and over, since an order that changes between two calls hides records from both.
 *
 * A round reads from the newest record to the oldest. Runs that arrive meanwhile then make the group look larger than it is,
 * never smaller, so that the count cannot be met too early. A group that one window could hold, and yet did not, is counted
 * twice: some page began off its place.
 *
 * Null where the group would not become whole within a bounded number of reads.
 */
export async function readTieGroup(need: TieGroupNeed): Promise<TieGroup | null> {
  const sight: Sight = { time: need.time, seen: new Map(), places: new Map() };
  const { seen } = sight;
  collect(need.view, need, sight);
  let first = need.direction > 0 ? need.view : await findLowView(need, sight);
  let readsLeft = 4;
  let sizeBefore: number | null = null;
  let seenBefore: number | null = null;
  for (let number = 1; readsLeft > 0; number += 1) {
    const round = await readRound(need, first, sight);
    if (number === 1) readsLeft = READS_PER_WINDOW * round.reads;
    readsLeft -= round.reads;
    const size = sizeOf(round);
    const group = toGroup(round, sight, need.direction);
    const isCounted = round.lowView === round.endView || !fitsOneWindow(round, need) || size === sizeBefore;
    // What could not be read may be part of the group or not: it is whole once another round shows nothing more.
    const isCertain = isCounted && (round.unreadable === 0 || seen.size === seenBefore);
    if (group !== null && isCertain) return group;
    // More records than there is room for: some of them have gone since, or a page began off its place.
    if (size !== null && seen.size > size) seen.clear();
    sizeBefore = size;
    seenBefore = seen.size;
    // An order that alternates between calls would show an even number of windows in the same two orders for ever.
    const start = startIndex(round, first);
    if (round.reads % 2 === 0) collect(await readAt(need, start), need, sight);
    first = await readAt(need, start);
    collect(first, need, sight);
  }
  return null;
}

function sizeOf({ low, end }: Round): number | null {
  return low === null || end === null ? null : end - low;
}

function fitsOneWindow({ low, end }: Round, { pageSizeMax }: TieGroupNeed): boolean {
  if (low === null || end === null) return false;
  const best = chooseWindow({ direction: 1, index: low, pageSizeMax, total: null });
  return windowYield(best, low, 1) > end - low;
}

function startIndex(round: Round, first: WindowView): number {
  return round.low ?? Math.max(0, first.low - Math.ceil((first.high - first.low) / 2));
}

/** Reading backwards: a window that shows what is newer than the group. */
async function findLowView(need: TieGroupNeed, sight: Sight): Promise<WindowView> {
  const { pageSizeMax } = need;
  let view = need.view;
  for (let reads = 0; reads < ROUND_MAX && view.low > 0; reads += 1) {
    view = await need.read(chooseWindow({ direction: -1, index: view.low - 1, pageSizeMax, total: null }));
    collect(view, need, sight);
    if (view.slots.some((slot) => sideOf(slot, need, sight) < 0)) break;
  }
  return view;
}

async function readRound(need: TieGroupNeed, first: WindowView, sight: Sight): Promise<Round> {
  const round: Round = {
    low: null,
    end: null,
    total: first.total,
    reads: 1,
    unreadable: first.unreadable,
    lowView: null,
    endView: null,
    isHead: false,
    isTail: false,
  };
  noteBounds(round, first, need, sight);
  for (let view = first; round.low !== null && round.end === null && round.reads < ROUND_MAX; round.reads += 1) {
    view = await readAt(need, view.high + 1);
    collect(view, need, sight);
    noteBounds(round, view, need, sight);
    round.unreadable += view.unreadable;
  }
  return round;
}

function readAt({ pageSizeMax, read }: TieGroupNeed, index: number): Promise<WindowView> {
  return read(chooseWindow({ direction: 1, index, pageSizeMax, total: null }));
}

/** Negative for a record that is newer than the group, positive for an older one. */
function sideOf({ key }: Slot, { direction }: TieGroupNeed, { time }: Sight): number {
  // Where no wanted one has been seen yet, all lie in front of the group.
  return time === null ? -direction : compareTimes(key.time, time);
}

function noteBounds(round: Round, view: WindowView, need: TieGroupNeed, sight: Sight): void {
  const drift = view.total === null || round.total === null ? 0 : view.total - round.total;
  const { newer, older } = boundsIn(view, need, sight);
  // The later a bound was seen, the better it fits the other one.
  if (newer !== undefined || view.low === 0) {
    round.low = newer === undefined ? 0 : newer.index + 1 - drift;
    round.lowView = view;
    round.isHead = newer === undefined;
  }
  if (older !== undefined || (need.direction > 0 ? view.touchesEnd : view.touchesStart)) {
    round.end = (older?.index ?? view.high + 1) - drift;
    round.endView = view;
    round.isTail = older === undefined;
  }
}

function boundsIn(
  view: WindowView,
  need: TieGroupNeed,
  sight: Sight,
): { readonly newer: Slot | undefined; readonly older: Slot | undefined } {
  const slots = inListOrder(view, need.direction);
  return {
    newer: slots.findLast((slot) => sideOf(slot, need, sight) < 0),
    older: slots.find((slot) => sideOf(slot, need, sight) > 0),
  };
}

/** Takes the records of the group, and those without a time for which nothing in the window says that they stand outside. */
function collect(view: WindowView, need: TieGroupNeed, sight: Sight): void {
  sight.time ??= view.slots.find(({ key }) => need.isWanted(key.time))?.key.time ?? null;
  const { newer, older } = boundsIn(view, need, sight);
  const low = newer?.index ?? Number.NEGATIVE_INFINITY;
  const end = older?.index ?? Number.POSITIVE_INFINITY;
  const members = [
    ...view.slots.filter(({ key }) => key.time === sight.time),
    ...view.timeless.filter(({ index }) => index > low && index < end),
  ];
  for (const slot of members) {
    sight.seen.set(slot.run.invokeId, slot);
    sight.places.set(slot.run.invokeId, slot.index - (view.total ?? 0));
  }
}

function toGroup(round: Round, { time, seen, places }: Sight, direction: Direction): TieGroup | null {
  const { low, end, total, lowView, endView } = round;
  const view = direction > 0 ? endView : lowView;
  const missing = (sizeOf(round) ?? Number.NaN) - seen.size;
  if (low === null || end === null || view === null || !(missing >= 0 && missing <= round.unreadable)) return null;
  const members = [...seen.values()];
  const slots = members.filter(({ key }) => key.time !== "");
  const timeless = members.filter(({ key }) => key.time === "");
  const placeOf = ({ run }: Slot): number => places.get(run.invokeId) ?? 0;
  const behind = round.isTail ? Math.max(...slots.map(placeOf)) : Number.POSITIVE_INFINITY;
  return {
    time: time === "" ? null : time,
    slots,
    timeless,
    strays: timeless.filter((slot) => placeOf(slot) < behind),
    low,
    end,
    view,
    isLast: direction > 0 ? round.isTail : round.isHead,
    total,
  };
}
