import type { Invocation } from "#domain";
import type { InvocationWindow } from "#upstreams";
import { compareTimes, type Direction, type RunKey, runKey } from "./run-key.ts";

/** One record of a window, with its index in the whole list at the time of reading. */
export interface Slot {
  readonly run: Invocation;
  readonly key: RunKey;
  readonly index: number;
}

/** A window as a reader sees it who goes through the list in one direction. */
export interface WindowView {
  /** Records with a creation time, by that time, in the direction of reading. */
  readonly slots: readonly Slot[];
  /** Records without one, as listed; they come last wherever they stand. */
  readonly timeless: readonly Slot[];
  /** Lowest index of the window, also where it is empty. */
  readonly low: number;
  /** Highest index that holds a record; `low - 1` where there is none. */
  readonly high: number;
  /** True where nothing lies in front of the window, in the direction of reading. */
  readonly touchesStart: boolean;
  /** True where nothing lies behind the window, in the direction of reading. */
  readonly touchesEnd: boolean;
  readonly total: number | null;
  /** Records of the window that could not be read; where in it they stand is not known. */
  readonly unreadable: number;
  /** Calls that it took, with those that tell where the list ends. */
  readonly calls: number;
}

/** What a window tells about the end of its list; `doubt` where the page is short although the total says that more follows. */
export type ListEnd = "reached" | "ahead" | "doubt";

/**
 * Tells whether a list ends with this window. An empty page ends it; behind the first page a full one never does, whatever the
 * total says: an upstream that repeats records at the beginning of a page has others left over in the end.
 */
export function listEnd(window: InvocationWindow): ListEnd {
  const { offset, pageSize, totalCount } = window;
  const length = lengthOf(window);
  if (length === 0) return "reached";
  const end = offset + length;
  if (length >= pageSize) return totalCount === end && offset === 0 ? "reached" : "ahead";
  return totalCount === null || totalCount <= end ? "reached" : "doubt";
}

// A record that could not be read takes its place in the list all the same.
function lengthOf({ items, unreadableCount = 0 }: InvocationWindow): number {
  return items.length + unreadableCount;
}

/** Turns a window into the view of one direction; `isListEnd` as {@link listEnd} found it. */
export function viewWindow(window: InvocationWindow, direction: Direction, isListEnd: boolean, calls = 1): WindowView {
  const all = window.items.map((run, position) => ({ run, key: runKey(run), index: window.offset + position }));
  const slots = all.filter(isTimed).sort((a, b) => compareTimes(a.key.time, b.key.time));
  const touchesHead = window.offset === 0;
  return {
    slots: direction > 0 ? slots : slots.reverse(),
    timeless: all.filter((slot) => !isTimed(slot)),
    low: window.offset,
    high: window.offset + lengthOf(window) - 1,
    touchesStart: direction > 0 ? touchesHead : isListEnd,
    touchesEnd: direction > 0 ? isListEnd : touchesHead,
    total: window.totalCount,
    unreadable: window.unreadableCount ?? 0,
    calls,
  };
}

/** Those without a creation time behind all others of a window, as listed. */
export function tailOf({ slots, timeless }: WindowView): readonly Slot[] {
  const last = Math.max(-1, ...slots.map(({ index }) => index));
  return timeless.filter(({ index }) => index > last);
}

/** Those without a creation time that are listed in front of one that has one. */
export function straysOf(view: WindowView): readonly Slot[] {
  const tail = tailOf(view);
  return view.timeless.filter((slot) => !tail.includes(slot));
}

/** Records that have a time, as the upstream lists them. */
export function inListOrder({ slots }: WindowView, direction: Direction): readonly Slot[] {
  return direction > 0 ? slots : [...slots].reverse();
}

/** The farthest index that the window accounts for, in the direction of reading: what stands behind it may be in front of a wanted run. */
export function reachOf(view: WindowView, direction: Direction): number {
  const far = view.slots.at(-1)?.index;
  const isOpen = far !== undefined && view.timeless.some(({ index }) => direction * (index - far) > 0);
  return isOpen ? far : direction > 0 ? view.high : view.low;
}

function isTimed({ key }: Slot): boolean {
  return key.time !== "";
}
