import { compareKeys, compareTimes, type RunKey } from "./run-key.ts";
import type { KnownGroup } from "./tie-group.ts";
import type { Slot } from "./window-view.ts";

/** Where a reader should look for the runs behind a place in one list. */
export interface StreamHint {
  /** Index of the first record of the group (records of one creation time) that holds the next run. */
  readonly index: number;
  /** How many records of that group share the place's own creation time; 0 where the next run is older. */
  readonly width: number;
  /** Length of the list when that was seen. */
  readonly total: number | null;
  /** Names the group of the place's own creation time as it was read, if it was kept. */
  readonly tag?: string;
}

/** Records of one creation time as a window showed them, and where. */
export interface GroupSight {
  readonly time: string;
  /** Index behind that of the next newer record; the group's own first one where no window showed the newer one. */
  readonly low: number;
  /** Index of the next older record; the one behind the group's own last where no window showed the older one. */
  readonly end: number;
  /** The last of them in the total order. */
  readonly last: RunKey;
  /** Names the group as it was read, if it was kept. */
  readonly tag?: string | undefined;
}

interface Mark extends GroupSight {
  readonly total: number | null;
}

/** Remembers where groups of one creation time lie in a list. */
export interface GroupMarks {
  /** Notes groups, and the length of the list to which their indexes belong. */
  note(groups: readonly GroupSight[], total: number | null): void;
  /** The hint for a place; null where nothing behind it was seen. */
  hintBehind(place: RunKey): StreamHint | null;
}

/** Starts without any. */
export function createGroupMarks(): GroupMarks {
  const marks = new Map<string, Mark>();
  let latest: number | null = null;
  return {
    note(groups, total) {
      latest = total;
      for (const group of groups) marks.set(group.time, joined({ ...group, total }, marks.get(group.time)));
    },
    hintBehind(place) {
      const own = marks.get(place.time);
      const isInside = own !== undefined && compareKeys(own.last, place) > 0;
      const next = isInside ? own : nextOlder(marks.values(), place.time);
      if (next === undefined) return hintAtEnd(marks.values(), latest);
      const drift = latest !== null && next.total !== null ? latest - next.total : 0;
      const index = Math.max(0, next.low + drift);
      const tag = own?.tag === undefined ? {} : { tag: own.tag };
      return { index, width: isInside ? own.end - own.low : 0, total: latest, ...tag };
    },
  };
}

/** What a window shows, record by record in list order. */
export interface GroupsShown {
  /** Records that have a creation time. */
  readonly slots: readonly Slot[];
  /** Those behind them that have none; empty where the list goes on. */
  readonly tail: readonly Slot[];
  /** True where the list begins with this window. */
  readonly isHead: boolean;
  /** Index behind the list's last record; null where the list goes on. */
  readonly listEnd: number | null;
}

/** The groups of a window. */
export function groupsIn({ slots, tail, isHead, listEnd }: GroupsShown): readonly GroupSight[] {
  const byTime = new Map<string, Slot[]>();
  for (const slot of [...slots, ...tail]) {
    const group = byTime.get(slot.key.time);
    if (group === undefined) byTime.set(slot.key.time, [slot]);
    else group.push(slot);
  }
  const groups = [...byTime].map(([time, members]) => ({ time, ...extentOf(members) }));
  return groups.map(({ time, first, behind, last }, position) => ({
    time,
    low: groups[position - 1]?.behind ?? (isHead ? 0 : first),
    end: groups[position + 1]?.first ?? listEnd ?? behind,
    last,
  }));
}

/** A group that took several windows to read, and with it those without a creation time that end the list behind it. */
export function groupsOf({ slots, timeless, low, end, isTail }: KnownGroup, tag?: string): readonly GroupSight[] {
  const [first] = slots;
  const tail = isTail ? timeless : [];
  return [
    ...(first === undefined ? [] : [{ time: first.key.time, low, end, last: lastOf(slots), tag }]),
    ...(tail.length === 0 ? [] : [{ time: "", low: end - tail.length, end, last: lastOf(tail) }]),
  ];
}

function extentOf(members: readonly Slot[]): {
  readonly first: number;
  readonly behind: number;
  readonly last: RunKey;
} {
  const indexes = members.map(({ index }) => index);
  return { first: Math.min(...indexes), behind: Math.max(...indexes) + 1, last: lastOf(members) };
}

/** The last of some records in the total order. */
export function lastOf(slots: readonly Slot[]): RunKey {
  const keys = slots.map(({ key }) => key);
  return keys.reduce((last, key) => (compareKeys(key, last) > 0 ? key : last));
}

/** Where the list's end was seen, and only newer runs in front of it: whoever reads backwards begins there. */
function hintAtEnd(marks: Iterable<Mark>, latest: number | null): StreamHint | null {
  const last = [...marks].find(({ end, total }) => end === total);
  if (last === undefined || latest === null) return null;
  return { index: Math.max(0, latest - 1), width: 1, total: latest };
}

/** A window may cut through a group: the one that held most of it knows where it lies, and any may have shown its last run. */
function joined(mark: Mark, before: Mark | undefined): Mark {
  if (before === undefined) return mark;
  const last = compareKeys(mark.last, before.last) > 0 ? mark.last : before.last;
  const best = mark.end - mark.low >= before.end - before.low ? mark : before;
  return { ...best, last, tag: mark.tag ?? before.tag };
}

function nextOlder(marks: Iterable<Mark>, time: string): Mark | undefined {
  let found: Mark | undefined;
  for (const mark of marks) {
    if (compareTimes(mark.time, time) <= 0) continue;
    if (found === undefined || compareTimes(mark.time, found.time) < 0) found = mark;
  }
  return found;
}
