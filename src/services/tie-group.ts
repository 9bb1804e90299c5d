import type { PageRequest } from "#upstreams";
import { compareTimes, type Direction } from "./run-key.ts";
import { chooseWindow } from "./window-choice.ts";
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
  /** Index behind that of the next newer record. */
  readonly low: number;
  /** Index of the next older one. */
  readonly end: number;
  /** The window that showed what lies behind the group, in the direction of reading. */
  readonly view: WindowView;
  /** True where nothing lies behind it, in the direction of reading. */
  readonly isLast: boolean;
  /** True where no newer record stands in front of it. */
  readonly isHead: boolean;
  /** True where no older record follows: those without a creation time end the list then. */
  readonly isTail: boolean;
  /** Length of the list to which the indexes belong. */
  readonly total: number | null;
}

/** Reads per window of the group, at most: an order that changes at every call shows other records at each. */
const READS_PER_WINDOW = 12;
/** Windows of one round, at most. */
const ROUND_MAX = 200;

interface Round {
  /** The window it began with. */
  readonly first: WindowView;
  /** True where it went from the oldest record to the newest. */
  readonly isBack: boolean;
  /** Bounds, as if the list had not moved since the round began; null while not seen. */
  low: number | null;
  end: number | null;
  total: number | null;
  reads: number;
  /** Records that could not be read, and may belong to the group. */
  unreadable: number;
  /** Whether every window showed what the one before it had shown, where they overlap. */
  isStitched: boolean;
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
}

/**
 * Reads until the group is whole: as many different records seen as there are indexes between a newer record and an older
 * one. The windows are read over and over, since an order that changes between two calls hides records from both.
 *
 * A round reads from the newest record to the oldest. Runs that arrive meanwhile then make the group look larger than it is,
 * never smaller, so that the count cannot be met too early. Where that does not hold, it counts only if each window shows the
 * same records as the one before where both overlap: in a round the other way, and where one window could have held the group
 * and yet did not, since some page began off its place. The latter is also taken when it is counted alike twice.
 *
 * Null where the group would not become whole within a bounded number of reads.
 */
export async function readTieGroup(need: TieGroupNeed): Promise<TieGroup | null> {
  const sight: Sight = { time: need.time, seen: new Map() };
  const { seen } = sight;
  collect(need.view, need, sight);
  let round = need.direction > 0 ? await readRound(need, need.view, sight) : await readBack(need, sight);
  let sizeBefore: number | null = null;
  let seenBefore: number | null = null;
  for (let readsLeft = READS_PER_WINDOW * round.reads; ; ) {
    readsLeft -= round.reads;
    const size = sizeOf(round);
    const group = toGroup(round, sight, need.direction);
    const isCounted = round.isStitched || size === sizeBefore;
    // What could not be read may be part of the group or not: it is whole once another round shows nothing more.
    const isCertain = isCounted && (round.unreadable === 0 || seen.size === seenBefore);
    if (group !== null && isCertain) return group;
    if (readsLeft <= 0) return null;
    // More records than there is room for: some of them have gone since, or a page began off its place.
    if (size !== null && seen.size > size) seen.clear();
    sizeBefore = round.isBack ? null : size;
    seenBefore = seen.size;
    // An order that alternates between calls would show an even number of windows in the same two orders for ever.
    const start = round.low ?? Math.max(0, round.first.low - Math.ceil((round.first.high - round.first.low) / 2));
    if (round.reads % 2 === 0) collect(await readAt(need, start), need, sight);
    const first = await readAt(need, start);
    collect(first, need, sight);
    round = await readRound(need, first, sight);
  }
}

function sizeOf({ low, end }: Round): number | null {
  return low === null || end === null ? null : end - low;
}

function createRound(first: WindowView, isBack: boolean): Round {
  return {
    first,
    isBack,
    low: null,
    end: null,
    total: first.total,
    reads: 1,
    unreadable: first.unreadable,
    isStitched: true,
    lowView: null,
    endView: null,
    isHead: false,
    isTail: false,
  };
}

/** Reading backwards: from the group's oldest records to a window that shows what is newer than it. */
async function readBack(need: TieGroupNeed, sight: Sight): Promise<Round> {
  const { pageSizeMax, view: first } = need;
  const round = createRound(first, true);
  noteBounds(round, first, need, sight);
  for (let view = first; round.low === null && view.low > 0 && round.reads < ROUND_MAX; round.reads += 1) {
    const page = chooseWindow({ direction: -1, index: view.low - 1, pageSizeMax, total: null });
    view = noteView(round, view, await need.read(page), need, sight);
  }
  return round;
}

async function readRound(need: TieGroupNeed, first: WindowView, sight: Sight): Promise<Round> {
  const round = createRound(first, false);
  noteBounds(round, first, need, sight);
  for (let view = first; round.low !== null && round.end === null && round.reads < ROUND_MAX; round.reads += 1) {
    view = noteView(round, view, await readAt(need, view.high + 1), need, sight);
  }
  return round;
}

function noteView(round: Round, before: WindowView, view: WindowView, need: TieGroupNeed, sight: Sight): WindowView {
  collect(view, need, sight);
  noteBounds(round, view, need, sight);
  round.unreadable += view.unreadable;
  round.isStitched &&= isStitched(before, view);
  return view;
}

/** True where two windows overlap, and show the same records there: the list has not moved in between, nor have its pages. */
function isStitched(a: WindowView, b: WindowView): boolean {
  const drift = a.total === null || b.total === null ? 0 : b.total - a.total;
  const names = new Map([...a.slots, ...a.timeless].map(({ index, run }) => [index + drift, run.invokeId]));
  const shared = [...b.slots, ...b.timeless].filter(({ index }) => names.has(index));
  return shared.length > 0 && shared.every(({ index, run }) => names.get(index) === run.invokeId);
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
  for (const slot of members) sight.seen.set(slot.run.invokeId, slot);
}

function toGroup(round: Round, { time, seen }: Sight, direction: Direction): TieGroup | null {
  const { low, end, total, lowView, endView } = round;
  const view = direction > 0 ? endView : lowView;
  const missing = (sizeOf(round) ?? Number.NaN) - seen.size;
  if (low === null || end === null || view === null || !(missing >= 0 && missing <= round.unreadable)) return null;
  const members = [...seen.values()];
  return {
    time: time === "" ? null : time,
    slots: members.filter(({ key }) => key.time !== ""),
    timeless: members.filter(({ key }) => key.time === ""),
    isHead: round.isHead,
    isTail: round.isTail,
    low,
    end,
    view,
    isLast: direction > 0 ? round.isTail : round.isHead,
    total,
  };
}
