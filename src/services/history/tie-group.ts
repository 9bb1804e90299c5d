import type { Direction } from "./run-key.ts";
import {
  collect,
  createSight,
  hasTime,
  type Round,
  readAt,
  readBack,
  readRound,
  type Sight,
  type TieGroupNeed,
} from "./tie-round.ts";
import { chooseWindow, windowYield } from "./window-choice.ts";
import type { Slot, WindowView } from "./window-view.ts";

/** A whole group of runs of one creation time. */
export interface KnownGroup {
  readonly slots: readonly Slot[];
  /** Records without a creation time between the next newer record and the next older one. */
  readonly timeless: readonly Slot[];
  /** True where no older record follows: those without a creation time end the list then. */
  readonly isTail: boolean;
  /** Index behind that of the next newer record. */
  readonly low: number;
  /** Index of the next older one. */
  readonly end: number;
  /** Length of the list to which the indexes belong. */
  readonly total: number | null;
}

/** A group as it was read. */
export interface TieGroup extends KnownGroup {
  /** Null where the list has no wanted record left that has a creation time. */
  readonly time: string | null;
  /** The window that showed what lies behind the group, in the direction of reading. */
  readonly view: WindowView;
  /** True where nothing lies behind it, in the direction of reading. */
  readonly isLast: boolean;
  /** Records that could not be read, and may belong to it. */
  readonly unreadable: number;
}

/** Reads per window of the group, at most: an order that changes at every call shows other records at each. */
const READS_PER_WINDOW = 12;

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
  const sight = createSight(need.time);
  collect(need.view, need, sight);
  const round = need.direction > 0 ? await readRound(need, need.view, sight) : await readBack(need, sight);
  const group = toGroup(round, sight, need.direction);
  if (group !== null && round.unreadable === 0 && isCounted(round, need, null)) return group;
  return need.inTurn(() => readAgain(need, round, sight));
}

async function readAgain(need: TieGroupNeed, begun: Round, sight: Sight): Promise<TieGroup | null> {
  let round = begun;
  for (let readsLeft = (READS_PER_WINDOW - 1) * begun.reads; readsLeft > 0; readsLeft -= round.reads) {
    // More records than there is room for: some of them have gone since, or a page began off its place.
    if (missingIn(round, sight) < 0) membersOf(sight).clear();
    const sizeBefore = round.isBack ? null : sizeOf(round);
    const seenBefore = membersOf(sight).size;
    round = await readRound(need, await readFirst(need, round, sight), sight);
    const group = toGroup(round, sight, need.direction);
    // What could not be read may be part of the group or not: it is whole once another round shows nothing more.
    const isCertain = round.unreadable === 0 || membersOf(sight).size === seenBefore;
    if (group !== null && isCertain && isCounted(round, need, sizeBefore)) return group;
  }
  return null;
}

async function readFirst(need: TieGroupNeed, { low, first, calls }: Round, sight: Sight): Promise<WindowView> {
  const start = low ?? Math.max(0, first.low - Math.ceil((first.high - first.low) / 2));
  const view = await readAt(need, start);
  collect(view, need, sight);
  // An order that alternates between calls would show the windows in the same two orders for ever.
  if (calls % 2 === 1 || view.calls % 2 === 0) return view;
  const again = await readAt(need, start);
  collect(again, need, sight);
  return again;
}

/** Whether a round's count of the group's records is to be believed. */
function isCounted(round: Round, need: TieGroupNeed, sizeBefore: number | null): boolean {
  return round.isStitched || sizeOf(round) === sizeBefore || (!round.isBack && !fitsOneWindow(round, need));
}

function fitsOneWindow({ low, end }: Round, { pageSizeMax }: TieGroupNeed): boolean {
  if (low === null || end === null) return false;
  const best = chooseWindow({ direction: 1, index: low, pageSizeMax: pageSizeMax(), total: null });
  return windowYield(best, low, 1) > end - low;
}

function sizeOf({ low, end, hasGap }: Round): number | null {
  return low === null || end === null || hasGap ? null : end - low;
}

/** What is counted: the group, or where there is none the records without a time. */
function membersOf(sight: Sight): Map<string, Slot> {
  return hasTime(sight) ? sight.seen : sight.timeless;
}

function missingIn(round: Round, sight: Sight): number {
  const { seen, timeless } = sight;
  // Where the order changes, one at a window's edge may belong to a neighbouring second, which the other window may not show.
  const between = [...round.between].filter((name) =>
    round.isStitched ? !round.isTail || round.before.has(name) : round.behind.has(name) && round.before.has(name),
  );
  const counted = hasTime(sight) ? seen.size + between.length : timeless.size;
  return (sizeOf(round) ?? Number.NaN) - counted;
}

function toGroup(round: Round, sight: Sight, direction: Direction): TieGroup | null {
  const { low, end, total, lowView, endView, isHead, isTail } = round;
  const view = direction > 0 ? endView : lowView;
  const missing = missingIn(round, sight);
  if (low === null || end === null || view === null || !(missing >= 0 && missing <= round.unreadable)) return null;
  return {
    time: sight.time === "" ? null : sight.time,
    slots: [...sight.seen.values()],
    // Those behind the last record that has a time end the list.
    timeless: [...sight.timeless.values()].filter(
      ({ run }) => !(isTail && hasTime(sight)) || round.before.has(run.invokeId),
    ),
    low,
    end,
    view,
    isLast: direction > 0 ? isTail && !hasTime(sight) : isHead,
    isTail: isTail && !hasTime(sight),
    unreadable: round.unreadable,
    total,
  };
}
