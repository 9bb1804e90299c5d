import type { PageRequest } from "#upstreams";
import { compareTimes, type Direction } from "./run-key.ts";
import type { InTurn } from "./turns.ts";
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
  /** The page size that the upstream honours, as far as it has shown. */
  pageSizeMax(): number;
  read(page: PageRequest): Promise<WindowView>;
  /** Does this in turn with other dear work of the operation. */
  readonly inTurn: InTurn;
}

/** One reading of all windows of a group. */
export interface Round {
  /** The window it began with. */
  readonly first: WindowView;
  /** True where it went from the oldest record to the newest. */
  readonly isBack: boolean;
  /** Bounds, as if the list had not moved since the round began; null while not seen. */
  low: number | null;
  end: number | null;
  total: number | null;
  reads: number;
  /** Calls that the reads took. */
  calls: number;
  /** Records that could not be read, and may belong to the group. */
  unreadable: number;
  /** Records without a creation time that this round showed between the bounds. */
  readonly between: Set<string>;
  /** Those of them that were shown behind a record that has one, and those shown before one. */
  readonly behind: Set<string>;
  readonly before: Set<string>;
  /** Those that the last window ended with. */
  ending: readonly string[];
  /** Whether every window showed what the one before it had shown, where they overlap. */
  isStitched: boolean;
  /** Whether two windows did not touch. */
  hasGap: boolean;
  /** Index behind the last record shown that has a creation time. */
  timedEnd: number | null;
  /** The windows that showed the bounds, and whether they are the list's own. */
  lowView: WindowView | null;
  endView: WindowView | null;
  isHead: boolean;
  isTail: boolean;
}

/** What has been seen of a group so far. */
export interface Sight {
  time: string | null;
  readonly seen: Map<string, Slot>;
  /** Those without a creation time, as far as the latest window that showed them had them between the bounds. */
  readonly timeless: Map<string, Slot>;
}

/** Windows of one round, at most. */
const ROUND_MAX = 200;

/** Starts with nothing seen. */
export function createSight(time: string | null): Sight {
  return { time, seen: new Map(), timeless: new Map() };
}

function createRound(first: WindowView, isBack: boolean): Round {
  return {
    first,
    isBack,
    low: null,
    end: null,
    total: first.total,
    reads: 1,
    calls: first.calls,
    unreadable: first.unreadable,
    between: new Set(),
    behind: new Set(),
    before: new Set(),
    ending: [],
    timedEnd: null,
    isStitched: true,
    hasGap: false,
    lowView: null,
    endView: null,
    isHead: false,
    isTail: false,
  };
}

/** A round backwards: from the group's oldest records to a window that shows what is newer than it. */
export async function readBack(need: TieGroupNeed, sight: Sight): Promise<Round> {
  const first = need.view;
  const round = createRound(first, true);
  noteBounds(round, first, need, sight);
  for (let view = first; round.low === null && view.low > 0 && round.reads < ROUND_MAX; round.reads += 1) {
    const page = chooseWindow({ direction: -1, index: view.low - 1, pageSizeMax: need.pageSizeMax(), total: null });
    view = noteView(round, view, await need.read(page), need, sight);
  }
  return round;
}

/** A round from a window that shows the newest records of the group, or what is newer, to its oldest. */
export async function readRound(need: TieGroupNeed, first: WindowView, sight: Sight): Promise<Round> {
  const round = createRound(first, false);
  noteBounds(round, first, need, sight);
  for (let view = first; round.low !== null && round.end === null && round.reads < ROUND_MAX; round.reads += 1) {
    view = noteView(round, view, await readAt(need, view.high + 1), need, sight);
  }
  return round;
}

function noteView(round: Round, before: WindowView, view: WindowView, need: TieGroupNeed, sight: Sight): WindowView {
  // A page that is larger than the list gives lies elsewhere: the round has a gap.
  if (view.low > before.high + 1 || view.high < before.low - 1) round.hasGap = true;
  collect(view, need, sight);
  noteBounds(round, view, need, sight);
  round.unreadable += view.unreadable;
  round.calls += view.calls;
  round.isStitched &&= isStitched(before, view);
  return view;
}

/**
 * True where two windows overlap, and show the same records there: the list has not moved in between by more than it tells, nor have
 * its pages. Where it tells nothing, the same record may stand there by chance.
 */
function isStitched(a: WindowView, b: WindowView): boolean {
  if (a.total === null || b.total === null) return false;
  const drift = b.total - a.total;
  const names = new Map([...a.slots, ...a.timeless].map(({ index, run }) => [index + drift, run.invokeId]));
  const shared = [...b.slots, ...b.timeless].filter(({ index }) => names.has(index));
  return shared.length > 0 && shared.every(({ index, run }) => names.get(index) === run.invokeId);
}

/** Reads the window that shows most from an index on, and the record in front of it. */
export function readAt({ pageSizeMax, read }: TieGroupNeed, index: number): Promise<WindowView> {
  return read(chooseWindow({ direction: 1, index, pageSizeMax: pageSizeMax(), total: null }));
}

/** Negative for a record that is newer than the group, positive for an older one. */
function sideOf({ key }: Slot, { direction }: TieGroupNeed, { time }: Sight): number {
  // Where no wanted one has been seen yet, all lie in front of the group.
  return time === null ? -direction : compareTimes(key.time, time);
}

function noteBounds(round: Round, view: WindowView, need: TieGroupNeed, sight: Sight): void {
  const drift = view.total === null || round.total === null ? 0 : view.total - round.total;
  const { newer, older, last, isBetween } = boundsIn(view, need, sight);
  const isListEnd = need.direction > 0 ? view.touchesEnd : view.touchesStart;
  // Where the bound comes only now, all that was seen before stands outside of it.
  if ((round.isBack ? older : newer) !== undefined) clear(round);
  noteTimeless(round, view, isBetween);
  if (last !== undefined) round.timedEnd = last.index + 1 - drift;
  // The later a bound was seen, the better it fits the other one.
  if (newer !== undefined || view.low === 0) {
    round.low = newer === undefined ? 0 : newer.index + 1 - drift;
    round.lowView = view;
    round.isHead = newer === undefined;
  }
  if (older !== undefined || isListEnd) {
    // What has no time behind the last record that has one is no part of that one's group.
    const listEnd = hasTime(sight) ? round.timedEnd : view.high + 1 - drift;
    round.end = older === undefined ? listEnd : older.index - drift;
    round.endView = view;
    round.isTail = older === undefined;
  }
}

function clear(round: Round): void {
  for (const names of [round.between, round.behind, round.before]) names.clear();
  round.ending = [];
}

/** True where a group of a creation time is read, and not what a list ends with. */
export function hasTime({ time }: Sight): boolean {
  return time !== null && time !== "";
}

/**
 * One that changes places with a record of a neighbouring second is between the bounds in some windows only: the latest one counts, and
 * only where it, or another one beside which the one before had it, shows records with a time on both sides.
 */
function noteTimeless(round: Round, view: WindowView, isBetween: (slot: Slot) => boolean): void {
  const { between, behind, before } = round;
  for (const slot of view.timeless) {
    const { invokeId } = slot.run;
    if (isBetween(slot)) between.add(invokeId);
    else for (const names of [between, behind, before]) names.delete(invokeId);
  }
  const listed = [...view.slots, ...view.timeless].sort((a, b) => a.index - b.index);
  spread(listed, behind, view.low === 0);
  spread([...listed].reverse(), before, false);
  // What the window before ended with goes on in this one.
  const joint = round.ending.findLastIndex((name) => before.has(name));
  for (const name of round.ending.slice(0, joint + 1)) before.add(name);
  const open = view.timeless.map(({ run }) => run.invokeId).filter((name) => between.has(name) && !before.has(name));
  round.ending = view.slots.length > 0 ? open : [...new Set([...round.ending, ...open])];
}

/** Adds those without a time that come after one that has one, or after one that is known to. */
function spread(slots: readonly Slot[], known: Set<string>, fromStart: boolean): void {
  let isBehind = fromStart;
  for (const { key, run } of slots) {
    isBehind ||= key.time !== "" || known.has(run.invokeId);
    if (isBehind && key.time === "") known.add(run.invokeId);
  }
}

interface Bounds {
  readonly newer: Slot | undefined;
  readonly older: Slot | undefined;
  /** The last record that has a creation time. */
  readonly last: Slot | undefined;
  /** True where nothing in the window says that a record stands outside of the bounds. */
  isBetween(slot: Slot): boolean;
}

function boundsIn(view: WindowView, need: TieGroupNeed, sight: Sight): Bounds {
  const slots = inListOrder(view, need.direction);
  const newer = slots.findLast((slot) => sideOf(slot, need, sight) < 0);
  const older = slots.find((slot) => sideOf(slot, need, sight) > 0);
  const low = newer?.index ?? Number.NEGATIVE_INFINITY;
  const end = older?.index ?? Number.POSITIVE_INFINITY;
  return { newer, older, last: slots.at(-1), isBetween: ({ index }) => index > low && index < end };
}

/** Takes the records of the group, and those without a time that stand between its bounds. */
export function collect(view: WindowView, need: TieGroupNeed, sight: Sight): void {
  sight.time ??= view.slots.find(({ key }) => need.isWanted(key.time))?.key.time ?? null;
  for (const slot of view.slots) if (slot.key.time === sight.time) sight.seen.set(slot.run.invokeId, slot);
  const { isBetween } = boundsIn(view, need, sight);
  for (const slot of view.timeless) {
    if (isBetween(slot)) sight.timeless.set(slot.run.invokeId, slot);
    else sight.timeless.delete(slot.run.invokeId);
  }
}
