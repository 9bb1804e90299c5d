import { compareKeys, compareTimes, type RunKey } from "./run-key.ts";
import type { Slot } from "./window-view.ts";

/** Where a reader should look for the runs behind a place in one list. */
export interface StreamHint {
  /** Index of the first record of the group (records of one creation time) that holds the next run. */
  readonly index: number;
  /** How many records of that group share the place's own creation time; 0 where the next run is older. */
  readonly width: number;
  /** Length of the list when that was seen. */
  readonly total: number | null;
}

interface Mark {
  readonly time: string;
  readonly index: number;
  readonly size: number;
  readonly last: RunKey;
  readonly total: number | null;
}

/** Remembers where groups of one creation time lie in a list. */
export interface GroupMarks {
  /** Notes records in list order, as one window showed them. */
  note(slots: readonly Slot[], total: number | null): void;
  /** The hint for a place; null where nothing behind it was seen. */
  hintBehind(place: RunKey): StreamHint | null;
}

/** Starts without any. */
export function createGroupMarks(): GroupMarks {
  const marks = new Map<string, Mark>();
  let latest: number | null = null;
  return {
    note(slots, total) {
      latest = total;
      for (const mark of toMarks(slots, total)) marks.set(mark.time, joined(mark, marks.get(mark.time)));
    },
    hintBehind(place) {
      const own = marks.get(place.time);
      const isInside = own !== undefined && compareKeys(own.last, place) > 0;
      const next = isInside ? own : nextOlder(marks.values(), place.time);
      if (next === undefined) return hintAtEnd(marks.values(), latest);
      const drift = latest !== null && next.total !== null ? latest - next.total : 0;
      return { index: Math.max(0, next.index + drift), width: isInside ? own.size : 0, total: latest };
    },
  };
}

/** Where the list's end was seen, and only newer runs in front of it: whoever reads backwards begins there. */
function hintAtEnd(marks: Iterable<Mark>, latest: number | null): StreamHint | null {
  const last = [...marks].find(({ index, size, total }) => index + size === total);
  if (last === undefined || latest === null) return null;
  return { index: Math.max(0, latest - 1), width: 1, total: latest };
}

/** A window may cut through a group: the one that held most of it knows where it lies, and any may have shown its last run. */
function joined(mark: Mark, before: Mark | undefined): Mark {
  if (before === undefined) return mark;
  const last = compareKeys(mark.last, before.last) > 0 ? mark.last : before.last;
  return { ...(mark.size >= before.size ? mark : before), last };
}

function toMarks(slots: readonly Slot[], total: number | null): readonly Mark[] {
  const groups = new Map<string, Mark>();
  for (const { key, index } of slots) {
    const group = groups.get(key.time);
    groups.set(key.time, {
      time: key.time,
      index: Math.min(group?.index ?? index, index),
      size: (group?.size ?? 0) + 1,
      last: group === undefined || compareKeys(key, group.last) > 0 ? key : group.last,
      total,
    });
  }
  return [...groups.values()];
}

function nextOlder(marks: Iterable<Mark>, time: string): Mark | undefined {
  let found: Mark | undefined;
  for (const mark of marks) {
    if (compareTimes(mark.time, time) <= 0) continue;
    if (found === undefined || compareTimes(mark.time, found.time) < 0) found = mark;
  }
  return found;
}
