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
  read(page: PageRequest): Promise<WindowView>;
}

/** The whole group. */
export interface TieGroup {
  readonly slots: readonly Slot[];
  /** Lowest index of the group. */
  readonly low: number;
  /** Index behind its highest one. */
  readonly end: number;
  /** True where nothing lies behind the group, in the direction of reading. */
  readonly touchesEnd: boolean;
  /** Length of the list to which the indexes belong. */
  readonly total: number | null;
}

/** Reads per page of the group, at most: an order that changes at every call shows other records at each. */
const READS_PER_PAGE = 12;

interface Round {
  /** The last page that begins in front of the group. */
  lowPage: number;
  /** Bounds, as if the list had not moved since the round began; null while not seen. */
  low: number | null;
  end: number | null;
  isListEnd: boolean;
  total: number | null;
  reads: number;
}

/**
 * Reads until the group is whole: as many different records seen as there are indexes between a newer record and an older
 * one. The windows are read over and over, since an order that changes between two calls hides records from both.
 *
 * A round reads from the newest record to the oldest. Runs that arrive meanwhile then make the group look larger than it is,
 * never smaller, so that the count cannot be met too early.
 *
 * Null where the group would not become whole within a bounded number of reads.
 */
export async function readTieGroup(need: TieGroupNeed): Promise<TieGroup | null> {
  const seen = new Map<string, Slot>();
  let lowPage = await findLowPage(need, seen);
  let readsLeft = 4;
  for (let number = 1; readsLeft > 0; number += 1) {
    const round = await readRound(need, lowPage, seen);
    if (number === 1) readsLeft = READS_PER_PAGE * round.reads;
    readsLeft -= round.reads;
    lowPage = round.low === null ? Math.max(1, lowPage - 1) : round.lowPage;
    if (round.low === null) continue;
    if (round.end !== null && seen.size >= round.end - round.low) return toGroup(round, seen, need.direction);
    // An order that alternates between calls would show an even number of pages in the same two orders for ever.
    if (round.reads % 2 === 0) collect(await need.read(pageAt(need, lowPage)), need, seen);
  }
  return null;
}

/** The page with the newest records of the group, or the one before it. */
async function findLowPage(need: TieGroupNeed, seen: Map<string, Slot>): Promise<number> {
  const { direction, pageSizeMax, index, time } = need;
  let pageNumber = Math.floor(Math.max(0, index - 1) / pageSizeMax) + 1;
  if (direction > 0) return pageNumber;
  for (; pageNumber > 1; pageNumber -= 1) {
    const view = await need.read(pageAt(need, pageNumber));
    collect(view, need, seen);
    if (view.slots.some((slot) => compareTimes(slot.key.time, time) < 0)) break;
  }
  return pageNumber;
}

async function readRound(need: TieGroupNeed, lowPage: number, seen: Map<string, Slot>): Promise<Round> {
  const { direction, time } = need;
  const round: Round = { lowPage, low: null, end: null, isListEnd: false, total: null, reads: 0 };
  for (let pageNumber = lowPage; round.end === null && round.reads < 200; pageNumber += 1) {
    const view = await need.read(pageAt(need, pageNumber));
    collect(view, need, seen);
    const drift = round.reads === 0 || view.total === null || round.total === null ? 0 : view.total - round.total;
    if (round.reads === 0) round.total = view.total;
    round.reads += 1;
    noteBounds(round, view, drift, need);
    if (view.slots.at(direction > 0 ? 0 : -1)?.key.time !== time) round.lowPage = pageNumber;
    if (round.low === null) break;
  }
  return round;
}

function noteBounds(round: Round, view: WindowView, drift: number, { time, direction }: TieGroupNeed): void {
  const slots = direction > 0 ? view.slots : [...view.slots].reverse();
  const newer = slots.findLast((slot) => compareTimes(slot.key.time, time) < 0);
  const older = slots.find((slot) => compareTimes(slot.key.time, time) > 0);
  const isListEnd = direction > 0 ? view.touchesEnd : view.touchesStart;
  // The later a bound was seen, the better it fits the other one.
  if (newer !== undefined) round.low = newer.index + 1 - drift;
  else if (view.low === 0) round.low = 0;
  if (older !== undefined) round.end = older.index - drift;
  else if (isListEnd) {
    round.end = view.high + 1 - drift;
    round.isListEnd = true;
  }
}

function collect(view: WindowView, { time }: TieGroupNeed, seen: Map<string, Slot>): void {
  for (const slot of view.slots) if (slot.key.time === time) seen.set(slot.run.invokeId, slot);
}

function pageAt({ pageSizeMax }: TieGroupNeed, pageNumber: number): PageRequest {
  return { pageNumber, pageSize: pageSizeMax };
}

function toGroup(round: Round, seen: ReadonlyMap<string, Slot>, direction: Direction): TieGroup {
  const low = round.low ?? 0;
  return {
    slots: [...seen.values()],
    low,
    end: round.end ?? low + seen.size,
    touchesEnd: direction > 0 ? round.isListEnd : low === 0,
    total: round.total,
  };
}
