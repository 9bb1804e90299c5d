import {
  type Clock,
  createOwnFailure,
  type InvocationQuery,
  namesSomething,
  type Operation,
  type Projection,
  type Source,
} from "#domain";
import { LIST_END, LIST_HEAD } from "#store";
import type { RunList, Upstream } from "#upstreams";
import { readInTurn, type SourceFailure } from "../sources/index.ts";
import { readAgain, readEnd } from "./list-extend.ts";
import { extendDown } from "./list-ground.ts";
import {
  boundAboveIn,
  boundBelowIn,
  type LateRun,
  type ListState,
  type ListStop,
  markFor,
  shownState,
} from "./list-notes.ts";
import { certainTop } from "./list-reading.ts";
import { refresh } from "./list-refresh.ts";
import { type ListParts, type OpenList, openList } from "./open-list.ts";

/** One list of a source whose runs are kept, and how far it is known. */
export interface KnownList {
  readonly key: string;
  readonly isExact: boolean;
  /** What the upstream itself narrows it to. Which lists of one instance's runs there are goes by the servers that were known. */
  readonly applied: InvocationQuery;
  /** Epoch milliseconds: when its newest end was read last with success; null if never. */
  readAt(): Promise<number | null>;
  /** Why the last attempt to read it failed; null if it did not. */
  failure(): Promise<SourceFailure | null>;
  /** Length as the upstream told it last; null if it has no valid one. */
  total(): Promise<number | null>;
  /** False if something of the list is missing that nobody can find, at any place. */
  isSound(): Promise<boolean>;
  /**
   * Runs that the list showed further down than they belong, so that walks may have passed them. What was met last comes last.
   */
  lateRuns(): Promise<readonly LateRun[]>;
  /** Where and why the list is taken to end although it says that there is more; null if it does not contradict itself. */
  falseEnd(): Promise<Pick<ListStop, "time" | "why"> | null>;
  /**
   * Down to which time, exclusive, every run is known that was created at `from` or earlier; `from` itself if nothing is known
   * there, and `LIST_END` if the list is known to its end.
   */
  boundBelow(from: number): Promise<number>;
  /**
   * Up to which time, inclusive, every run is known that was created at `from` or later; null if nothing is known there. With
   * `LIST_END`, from the list's end on; `LIST_HEAD` if the list is known up to its newest end.
   */
  boundAbove(from: number): Promise<number | null>;
  /**
   * From which time on, exclusive, runs may have come since the newest end was read last; `LIST_END` if no run has ever shown there.
   */
  newestTime(): Promise<number>;
  /** Reads the newest end until known ground is met. Shared by all who wait. @throws UpstreamError */
  refresh(operation: Operation): Promise<void>;
  /** Reads on below `from` until more of it is known: one call in the usual case. Shared by all who wait. @throws UpstreamError */
  extendBelow(from: number, operation: Operation): Promise<void>;
  /** Reads what lies above the known ground at `from`, or down to `from` if nothing is known there. @throws UpstreamError */
  extendAbove(from: number, operation: Operation): Promise<void>;
  /** Reads once more, with outputs, the page that holds what was created at this time. @throws UpstreamError */
  readAgain(time: number, operation: Operation): Promise<void>;
  /** Reads the oldest end once more, which tells what the upstream dropped: a call at most, none for token lists. @throws UpstreamError */
  readEnd(operation: Operation): Promise<void>;
}

/** The lists whose union holds every run that the query means. @throws UpstreamError */
export async function openKnownLists(
  parts: ListParts,
  upstream: Upstream,
  query: InvocationQuery,
  projection: Projection,
  operation: Operation,
): Promise<readonly KnownList[]> {
  const { source } = upstream;
  const open = (noted: Operation) => upstream.openLists(query, projection, noted);
  const lists = await parts.book.watchOpening(source, open, operation, namesSomething(query));
  return lists.map((list) => toKnownList(openList(parts, source, list, query, projection), source, list, parts));
}

/** A list as it was read before, possibly by another process. It shows what is known of it, and cannot be read on. */
export function recallKnownList(
  parts: ListParts,
  source: Source,
  { key, applied }: Pick<KnownList, "key" | "applied">,
): KnownList {
  const read = (): Promise<never> =>
    Promise.reject(createOwnFailure(source, "UNAVAILABLE", "The list is not open at the moment."));
  const list: RunList = { key, applied, isExact: false, placeAt: () => null, read };
  return toKnownList(openList(parts, source, list, {}, { output: false, content: false }), source, list, parts);
}

/** No upstream keeps runs for longer: what a list had below is nowhere. */
const KEPT_MS = 30 * 86_400_000;
const HOLE = "The list of all runs may be read no longer: older runs of servers that are gone may be missing.";

/**
 * A list that only says from where on runs may be missing. Null unless the lists of single servers stand for one of all runs that was read, and
 * not to its end: below, it had runs of servers that are gone, perhaps.
 */
export async function findHole(
  parts: ListParts,
  upstream: Upstream,
  query: InvocationQuery,
  opened: readonly KnownList[],
): Promise<KnownList | null> {
  const whole = upstream.wholeLists?.(query) ?? [];
  const [first] = whole;
  if (first === undefined || whole.some(({ key }) => opened.some((one) => one.key === key))) return null;
  const bounds = whole.map((list) => recallKnownList(parts, upstream.source, list).boundBelow(LIST_HEAD));
  const time = Math.min(...(await Promise.all(bounds)));
  const isKept = time > parts.clock.now() - KEPT_MS;
  return time === LIST_HEAD || !isKept ? null : toHole(first, time, parts.clock);
}

function toHole({ key, applied }: Pick<KnownList, "key" | "applied">, time: number, clock: Clock): KnownList {
  const nothing = async (): Promise<void> => {};
  return {
    key,
    applied,
    isExact: false,
    readAt: async () => clock.now(),
    total: async () => null,
    isSound: async () => true,
    lateRuns: async () => [],
    failure: async () => null,
    falseEnd: async () => ({ time, why: HOLE }),
    boundBelow: async () => LIST_END,
    boundAbove: async () => LIST_HEAD,
    newestTime: async () => LIST_HEAD,
    refresh: nothing,
    extendBelow: nothing,
    extendAbove: nothing,
    readAgain: nothing,
    readEnd: nothing,
  };
}

function toKnownList(
  list: OpenList,
  source: Source,
  { key, isExact, applied, mayLack }: RunList,
  { turns, book }: ListParts,
): KnownList {
  const { load } = list;
  const loadShown = async (): Promise<ListState> => shownState(await load(), list.now());
  const boundBelow = async (from: number): Promise<number> => boundBelowIn(await loadShown(), from);
  const boundAbove = async (from: number): Promise<number | null> => boundAboveIn(await loadShown(), from);
  const extendBelow = (from: number, operation: Operation): Promise<void> => extendDown(list, from, operation);
  const refreshInTurn = (operation: Operation): Promise<void> =>
    readInTurn(turns, operation, {
      key: `head|${list.name}`,
      mark: async () => (await load()).readAt,
      read: () => refresh(list, operation),
      take: async () => {},
    });

  return {
    key,
    isExact,
    applied,
    readAt: async () => (await load()).readAt,
    failure: async () => book.listFailure(source, key, (await load()).readAt),
    total: async () => (await load()).notes.total,
    isSound: async () => mayLack?.() !== true && !(await load()).notes.isDoubtful,
    lateRuns: async () => (await load()).notes.late,
    async falseEnd() {
      const { stop } = (await load()).notes;
      return stop?.isEnd ? stop : null;
    },
    boundBelow,
    newestTime: async () => certainTop(await load()),
    refresh: (operation) => list.share("head", operation, refreshInTurn),
    boundAbove,
    extendBelow,
    async extendAbove(from, operation) {
      const top = (await boundAbove(from)) ?? from;
      // What was created right after what is known is known once all between it and a place above is.
      if (top !== LIST_HEAD) await extendDown(list, top + 1, operation);
    },
    async readAgain(time, operation) {
      const mark = markFor(await load(), time);
      await list.share(`again ${mark?.time ?? LIST_HEAD}`, operation, (shared) => readAgain(list, mark, shared));
    },
    readEnd: (operation) => list.share("end", operation, (shared) => readEnd(list, shared)),
  };
}
