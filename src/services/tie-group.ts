import type { PageRequest } from "#upstreams";
import { compareTimes, type Direction } from "./run-key.ts";
import { chooseWindow, windowYield } from "./window-choice.ts";
import type { Slot, WindowView } from "./window-view.ts";

/** A group of records of one creation time that no single window holds. */
export interface TieGroupNeed {
  readonly direction: Direction;
  readonly time: string;
  /** The window that showed its first records, in the direction of reading, and what lies in front of them. */
  readonly view: WindowView;
  readonly pageSizeMax: number;
  read(page: PageRequest): Promise<WindowView>;
}

/** The whole group. */
export interface TieGroup {
  readonly slots: readonly Slot[];
  /** Lowest index of the group. */
  readonly low: number;
  /** Index behind its highest one. */
  readonly end: number;
  /** The window that showed what lies behind the group, in the direction of reading. */
  readonly view: WindowView;
  /** Length of the list to which the indexes belong. */
  readonly total: number | null;
}

/** Reads per window of the group, at most: an order that changes at every call shows other records at each. */
const READS_PER_WINDOW = 12;

interface Round {
  /** Bounds, as if the list had not moved since the round began; null while not seen. */
  low: number | null;
  end: number | null;
  total: number | null;
  reads: number;
  /** Records that could not be read, and may belong to the group. */
  unreadable: number;
  /** Indexes of records without a creation time, which may stand in between. */
  readonly strays: Map<string, number>;
  /** The windows that showed the bounds. */
  lowView: WindowView | null;
  endView: WindowView | null;
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
  const seen = new Map<string, Slot>();
  collect(need.view, need, seen);
  let first = need.direction > 0 ? need.view : await findLowView(need, seen);
  let readsLeft = 4;
  let sizeBefore: number | null = null;
  let seenBefore: number | null = null;
  for (let number = 1; readsLeft > 0; number += 1) {
    const round = await readRound(need, first, seen);
    if (number === 1) readsLeft = READS_PER_WINDOW * round.reads;
    readsLeft -= round.reads;
    const size = sizeOf(round);
    const group = toGroup(round, seen, need.direction);
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
    if (round.reads % 2 === 0) collect(await readAt(need, start), need, seen);
    first = await readAt(need, start);
    collect(first, need, seen);
  }
  return null;
}

function sizeOf({ low, end, strays }: Round): number | null {
  if (low === null || end === null) return null;
  return end - low - [...strays.values()].filter((index) => index >= low && index < end).length;
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
async function findLowView(need: TieGroupNeed, seen: Map<string, Slot>): Promise<WindowView> {
  const { pageSizeMax, time } = need;
  let view = need.view;
  for (let reads = 0; reads < 200 && view.low > 0; reads += 1) {
    view = await need.read(chooseWindow({ direction: -1, index: view.low - 1, pageSizeMax, total: null }));
    collect(view, need, seen);
    if (view.slots.some((slot) => compareTimes(slot.key.time, time) < 0)) break;
  }
  return view;
}

async function readRound(need: TieGroupNeed, first: WindowView, seen: Map<string, Slot>): Promise<Round> {
  const round: Round = {
    low: null,
    end: null,
    total: first.total,
    reads: 1,
    unreadable: first.unreadable,
    strays: new Map(),
    lowView: null,
    endView: null,
  };
  noteBounds(round, first, need);
  for (let view = first; round.low !== null && round.end === null && round.reads < 200; round.reads += 1) {
    view = await readAt(need, view.high + 1);
    collect(view, need, seen);
    noteBounds(round, view, need);
    round.unreadable += view.unreadable;
  }
  return round;
}

function readAt({ pageSizeMax, read }: TieGroupNeed, index: number): Promise<WindowView> {
  return read(chooseWindow({ direction: 1, index, pageSizeMax, total: null }));
}

function noteBounds(round: Round, view: WindowView, { time, direction }: TieGroupNeed): void {
  const drift = view.total === null || round.total === null ? 0 : view.total - round.total;
  for (const slot of [...view.strays, ...view.slots]) {
    if (slot.key.time === "" && time !== "") round.strays.set(slot.run.invokeId, slot.index - drift);
  }
  const slots = direction > 0 ? view.slots : [...view.slots].reverse();
  const newer = slots.findLast((slot) => compareTimes(slot.key.time, time) < 0);
  // A run without a creation time may stand among the group, so it does not end it.
  const older = slots.find((slot) => slot.key.time !== "" && compareTimes(slot.key.time, time) > 0);
  // The later a bound was seen, the better it fits the other one.
  if (newer !== undefined || view.low === 0) {
    round.low = newer === undefined ? 0 : newer.index + 1 - drift;
    round.lowView = view;
  }
  if (older !== undefined || (direction > 0 ? view.touchesEnd : view.touchesStart)) {
    round.end = (older?.index ?? view.high + 1) - drift;
    round.endView = view;
  }
}

function collect(view: WindowView, { time }: TieGroupNeed, seen: Map<string, Slot>): void {
  for (const slot of view.slots) if (slot.key.time === time) seen.set(slot.run.invokeId, slot);
}

function toGroup(round: Round, seen: ReadonlyMap<string, Slot>, direction: Direction): TieGroup | null {
  const { low, total, lowView, endView } = round;
  const view = direction > 0 ? endView : lowView;
  const missing = (sizeOf(round) ?? Number.NaN) - seen.size;
  if (low === null || view === null || !(missing >= 0 && missing <= round.unreadable)) return null;
  return { slots: [...seen.values()], low, end: low + seen.size, view, total };
}
