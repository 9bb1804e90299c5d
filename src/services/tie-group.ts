import type { PageRequest } from "#upstreams";
import { compareTimes, type Direction } from "./run-key.ts";
import type { Slot, WindowView } from "./window-view.ts";

/** A group of records of one creation time that no single window holds. */
export interface TieGroupNeed {
  readonly direction: Direction;
  readonly time: string;
  /** Index of the group's first record, in the direction of reading. */
  readonly index: number;
  readonly pageSizeMax: number;
  /** Length of the list to which `index` belongs. */
  readonly total: number | null;
  read(page: PageRequest): Promise<WindowView>;
}

/** The whole group. */
export interface TieGroup {
  readonly slots: readonly Slot[];
  /** Index of the first record behind the group, in the direction of reading. */
  readonly nextIndex: number;
  readonly touchesEnd: boolean;
  readonly total: number | null;
}

interface Progress {
  readonly seen: Map<string, Slot>;
  /** Bounds in positions (`direction * index`) of the list as it was at first; null while not seen. */
  first: number;
  behind: number | null;
  touchesEnd: boolean;
  total: number | null;
}

/** Reads per page of the group, at most: an order that changes at every call shows other records at each. */
const READS_PER_PAGE = 12;

/**
 * Reads until the group is whole: as many different records seen as there are indexes between a record in front of the group
 * and one behind it. Windows are read over and over, since an order that changes between two calls hides records from both.
 * Null where the group would not become whole within a bounded number of reads.
 */
export async function readTieGroup(need: TieGroupNeed): Promise<TieGroup | null> {
  const { direction, pageSizeMax } = need;
  const progress: Progress = {
    seen: new Map(),
    first: direction * need.index,
    behind: null,
    touchesEnd: false,
    total: need.total,
  };
  const anchor = Math.max(0, need.index - direction);
  const firstPage = Math.floor(anchor / pageSizeMax) + 1;
  let lastPage = firstPage;
  let reads = 0;
  let pages: number[] = [firstPage];
  for (;;) {
    for (const pageNumber of pages) {
      const view = await need.read({ pageNumber, pageSize: pageSizeMax });
      reads += 1;
      absorb(progress, view, need);
      if (isWhole(progress)) return toGroup(progress, direction);
      if (reads >= READS_PER_PAGE * (Math.abs(lastPage - firstPage) + 2)) return null;
    }
    if (progress.behind === null) lastPage = Math.max(1, lastPage + direction);
    pages = progress.behind === null ? [lastPage] : reversed(pages, firstPage, lastPage, direction);
  }
}

// Each round goes the other way than the one before, so that an order that alternates between calls meets every page both ways.
function reversed(pages: readonly number[], firstPage: number, lastPage: number, direction: Direction): number[] {
  const count = Math.abs(lastPage - firstPage) + 1;
  const all = Array.from({ length: count }, (_, step) => firstPage + direction * step);
  return pages[0] === lastPage ? all : all.reverse();
}

function absorb(progress: Progress, view: WindowView, { direction, time }: TieGroupNeed): void {
  const drift = progress.total !== null && view.total !== null ? view.total - progress.total : 0;
  const place = (slot: Slot): number => direction * (slot.index - drift);
  const before = view.slots.findLast((slot) => direction * compareTimes(slot.key.time, time) < 0);
  const behind = view.slots.find((slot) => direction * compareTimes(slot.key.time, time) > 0);
  const group = view.slots.filter((slot) => slot.key.time === time);
  const last = group.at(-1);
  const first = before !== undefined && group.length > 0 ? place(before) + 1 : progress.first;
  const ends = behind === undefined && view.touchesEnd && last !== undefined;
  const isPastEnd = direction > 0 && view.slots.length === 0 && view.touchesEnd;
  const seenEnd = isPastEnd ? view.low - drift : progress.behind;
  const end = behind !== undefined ? place(behind) : ends ? place(last) + 1 : seenEnd;
  const hasMoved = first !== progress.first || (progress.behind !== null && end !== progress.behind);
  if (hasMoved) progress.seen.clear();
  progress.first = first;
  progress.behind = end;
  progress.touchesEnd = ends || isPastEnd || (progress.touchesEnd && behind === undefined);
  for (const slot of group) progress.seen.set(slot.key.invokeId, slot);
}

function isWhole({ seen, first, behind }: Progress): boolean {
  return behind !== null && seen.size >= behind - first;
}

function toGroup(progress: Progress, direction: Direction): TieGroup {
  return {
    slots: [...progress.seen.values()],
    nextIndex: Math.max(0, direction * (progress.behind ?? 0)),
    touchesEnd: progress.touchesEnd,
    total: progress.total,
  };
}
