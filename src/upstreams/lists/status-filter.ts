import {
  type Clock,
  type Invocation,
  type InvocationStatus,
  isFinalInvocationStatus,
  type Operation,
  UpstreamError,
  withNotes,
} from "#domain";
import type { FirstPage, RunList, RunListPage } from "../contract/index.ts";
import type { RunShape } from "../mapping/index.ts";
import { createSharing } from "./sharing.ts";

/**
 * Finds out whether the lists that an upstream narrows to one status hold every run of that status. Documents before
 * InvocationStatus have other words, records may carry an instance's word for a run, and a filter may be ignored or refused.
 */
export interface StatusFilter {
  /** Learns from the runs of an answer. @param asked the status that the list was narrowed to; undefined for none */
  note(runs: readonly RunShape[], asked: InvocationStatus | undefined): void;
  /** Reads a list, and learns from how that goes. @param first its newest page, if that was read just now: it is used once */
  watch(list: WatchedList, read: RunList["read"], first: FirstPage | undefined): RunList["read"];
  /**
   * What to read for one status. A list of one status proves what it is if it shows a run that only InvocationStatus says to be in
   * that state: a run of which both fields say the word may be there for either. Until then the status costs the newest page of the
   * list of all, once a process. If that shows no such run either, the list of another state is looked at, whose runs it does show.
   */
  choose(status: InvocationStatus | undefined, lists: ListFamily, operation: Operation): Promise<ListChoice>;
}

/** A list that is watched. */
export interface WatchedList {
  readonly key: string;
  /** What the upstream narrows it to; undefined for none. */
  readonly status: InvocationStatus | undefined;
}

/** A list with and without a status that the upstream narrows it to. */
export interface ListFamily {
  /** Names what all of them are read with, but for the status. */
  readonly subject: string;
  open(status: InvocationStatus | undefined): Pick<RunList, "key" | "read">;
}

/** The list to read, and its newest page if that was read just now. */
export interface ListChoice {
  /** What the upstream is to narrow it to; undefined for none. */
  readonly status: InvocationStatus | undefined;
  readonly first?: FirstPage;
}

/** The words that a filter takes. */
export type StatusWords = Readonly<Partial<Record<InvocationStatus, string>>>;

/** What is known of a filter beforehand. */
export interface FilterWords {
  readonly words: StatusWords;
  /**
   * States for which records may have words that the filter does not take: a narrow list proves nothing of these until it has shown
   * such a record.
   */
  readonly inexact: ReadonlySet<InvocationStatus>;
}

/** An upstream may be another one after ten minutes. */
const REMEMBERED_MS = 600_000;
/** A newest page that was kept for longer is read anew. */
const JUST_NOW_MS = 1_000;
/** Filters make lists without number. */
const REMEMBERED_LISTS = 1000;

/** Begins without knowing. */
export function createStatusFilter(clock: Clock, filter: FilterWords): StatusFilter {
  const memory = createMemory(clock, filter);
  const share = createSharing();
  const reading = new Set<Promise<unknown>>();

  /** The newest page of the narrow list; null if the upstream refuses the word. */
  async function readNarrow(status: InvocationStatus, lists: ListFamily, operation: Operation) {
    // A word that is refused is sent no more, and what it was sent for is read in another way.
    const noteAttempt = (error: UpstreamError) => void (isStatusRefusal(error) || operation.noteAttempt?.(error));
    const page = lists.open(status).read(null, withNotes(operation, noteAttempt));
    reading.add(page);
    try {
      return await page;
    } catch (error) {
      if (isStatusRefusal(error)) return null;
      throw error;
    } finally {
      reading.delete(page);
    }
  }

  /** False if a run of another state shows that the filter does not go by InvocationStatus. A call at most, until that is known. */
  async function isByToday(status: InvocationStatus, lists: ListFamily, operation: Operation): Promise<boolean> {
    if (status === "RUNNING" || memory.isByToday()) return true;
    // The lists of other states may prove it just now.
    await Promise.allSettled(reading);
    const wideKey = lists.open(undefined).key;
    const other = memory.tellingStatus(status, wideKey);
    if (memory.isByToday() || other === null) return true;
    return share(`probe ${other} ${lists.subject}`, operation, async () => {
      const known = memory.isNarrowGood(other, wideKey);
      if (known !== null) return known;
      const page = await readNarrow(other, lists, operation);
      const isGood = page !== null && memory.holds(page, other, wideKey);
      memory.decide(other, isGood);
      return page === null || isGood;
    });
  }

  async function verify(status: InvocationStatus, lists: ListFamily, operation: Operation): Promise<ListChoice> {
    const list = lists.open(undefined);
    const askedAt = clock.now();
    const narrow = await readNarrow(status, lists, operation);
    const wide =
      narrow !== null && memory.isWideNeeded(status, list.key)
        ? await share(`wide ${lists.subject}`, operation, () => list.read(null, operation))
        : undefined;
    const isGood =
      narrow !== null &&
      memory.isNarrowGood(status, list.key) !== false &&
      memory.holds(narrow, status, list.key) &&
      (await isByToday(status, lists, operation));
    memory.decide(status, isGood);
    if (isGood) return { status, first: async () => ({ askedAt, ...narrow }) };
    return { status: undefined, ...(wide === undefined ? {} : { first: async () => ({ askedAt, ...wide }) }) };
  }

  return {
    note: memory.note,
    watch: (list, read, first) => watchList(list, read, first, memory, clock),
    async choose(status, lists, operation) {
      const wideKey = lists.open(undefined).key;
      if (status === undefined || lists.open(status).key === wideKey) return { status: undefined };
      const isNarrowGood = memory.isNarrowGood(status, wideKey);
      if (isNarrowGood !== null) return { status: isNarrowGood ? status : undefined };
      try {
        return await share(`${status} ${lists.subject}`, operation, () => verify(status, lists, operation));
      } catch (error) {
        if (operation.signal.aborted || !(error instanceof UpstreamError)) throw error;
        // What is known of the list is shown all the same.
        return { status, first: () => Promise.reject(error) };
      }
    },
  };
}

/** Reads a list, its newest page from what was read just now, and notes how that goes. */
function watchList(
  { key, status }: WatchedList,
  read: RunList["read"],
  first: FirstPage | undefined,
  memory: ReturnType<typeof createMemory>,
  clock: Clock,
): RunList["read"] {
  let known = first;
  const knownAt = clock.elapsed();
  return async (place, operation) => {
    const newest = place === null && clock.elapsed() - knownAt < JUST_NOW_MS ? known : undefined;
    known = undefined;
    if (newest !== undefined) return newest();
    try {
      const page = await read(place, operation);
      if (place === null && status === undefined) memory.noteNewest(key, page);
      return page;
    } catch (error) {
      if (status !== undefined && isStatusRefusal(error)) memory.decide(status, false);
      throw error;
    }
  };
}

type SeenRun = Pick<Invocation, "invokeId" | "status" | "creationTime">;

/** Codes about paging say nothing of a status. */
const OF_PAGING = /Page|MaxResults|Token/i;

/** True if the upstream may have refused a request for the word of its status. */
export function isStatusRefusal(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === "BAD_REQUEST" && !OF_PAGING.test(error.upstreamCode ?? "");
}

/** What answers have told. */
function createMemory(clock: Clock, { words, inexact }: FilterWords) {
  const verdicts = new Map<InvocationStatus, { readonly isGood: boolean; readonly until: number }>();
  /** Of each list without a status the newest runs, or that these are all. */
  const newest = new Map<string, readonly SeenRun[] | "whole">();
  /** States for which a record that was not asked for by state had another word than the filter. */
  const oddUntil = new Map<InvocationStatus, number>();
  /** States of which the filter finds runs with other words. */
  const foundOdd = new Set<InvocationStatus>();
  /** States of which a list that was narrowed to them has shown a run that only InvocationStatus says to be in that state. */
  const proven = new Set<InvocationStatus>();
  /** States that only InvocationStatus says of runs that were not asked for by state. */
  const saidToday = new Set<InvocationStatus>();
  /** Until when a verdict that nothing proves is not doubted once more. */
  const settledUntil = new Map<InvocationStatus, number>();
  let legacyUntil = Number.NEGATIVE_INFINITY;

  const isOdd = (status: InvocationStatus): boolean =>
    !foundOdd.has(status) && clock.elapsed() < (oddUntil.get(status) ?? Number.NEGATIVE_INFINITY);

  function decide(status: InvocationStatus, isGood: boolean): void {
    verdicts.set(status, { isGood, until: isGood ? Number.POSITIVE_INFINITY : clock.elapsed() + REMEMBERED_MS });
  }

  /** Runs may come of which a list that was believed shows nothing: it is compared with them, once in a while. */
  function noteToday(status: InvocationStatus): void {
    saidToday.add(status);
    const isSettled = clock.elapsed() < (settledUntil.get(status) ?? Number.NEGATIVE_INFINITY);
    if (proven.has(status) || isSettled || verdicts.get(status)?.isGood !== true) return;
    verdicts.delete(status);
    settledUntil.set(status, clock.elapsed() + REMEMBERED_MS);
  }

  function noteRun(told: NonNullable<RunShape["told"]>, asked: InvocationStatus | undefined): void {
    const { status, by } = told;
    const isUsual = told.rawStatus.trim().toLowerCase() === words[status]?.toLowerCase();
    if (asked === status && !isUsual) foundOdd.add(status);
    if (isUsual && by === "new" && asked === status) proven.add(status);
    if (isUsual && by === "new" && asked === undefined) noteToday(status);
    if (asked === undefined && !isUsual) oddUntil.set(status, clock.elapsed() + REMEMBERED_MS);
  }

  return {
    decide,
    /** Whether the narrow list is to be read; null if that is not known. */
    isNarrowGood(status: InvocationStatus, wideKey: string): boolean | null {
      if (clock.elapsed() < legacyUntil) return false;
      // What runs is followed by its own list, which does without all others.
      if (status !== "RUNNING" && newest.get(wideKey) === "whole") return false;
      const verdict = verdicts.get(status);
      if (verdict === undefined || clock.elapsed() >= verdict.until) return null;
      return verdict.isGood && !isOdd(status);
    },
    isByToday: (): boolean => proven.size > 0,
    /** Another final state, of a run of the wide list's newest page, that only InvocationStatus says; null if there is none. */
    tellingStatus(but: InvocationStatus, wideKey: string): InvocationStatus | null {
      const seen = newest.get(wideKey);
      if (seen === undefined || seen === "whole") return null;
      const isTelling = ({ status }: SeenRun) =>
        status !== but && isFinalInvocationStatus(status) && saidToday.has(status);
      return seen.find(isTelling)?.status ?? null;
    },
    isWideNeeded: (status: InvocationStatus, wideKey: string): boolean =>
      !(proven.has(status) && (foundOdd.has(status) || !inexact.has(status))) &&
      status !== "RUNNING" &&
      !newest.has(wideKey),
    /** True if the newest page of the narrow list holds what it must, as far as the newest page of the wide one tells. */
    holds({ runs, next }: RunListPage, status: InvocationStatus, wideKey: string): boolean {
      if (isOdd(status)) return false;
      const seen = newest.get(wideKey);
      // What is not over may have changed its state between two calls.
      if (seen === undefined || seen === "whole" || !isFinalInvocationStatus(status)) return true;
      const shown = new Set(runs.map(({ invokeId }) => invokeId));
      const last = next === null ? "" : (runs.at(-1)?.creationTime ?? "");
      return seen.every((run) => run.status !== status || (run.creationTime ?? "") <= last || shown.has(run.invokeId));
    },
    note(runs: readonly RunShape[], asked: InvocationStatus | undefined): void {
      if (runs.some(({ told }) => told === null || told.by === "legacy")) legacyUntil = clock.elapsed() + REMEMBERED_MS;
      for (const { told } of runs) if (told !== null) noteRun(told, asked);
    },
    noteNewest(key: string, page: RunListPage): void {
      newest.delete(key);
      newest.set(key, seenOn(page));
      for (const oldest of newest.keys()) if (newest.size > REMEMBERED_LISTS) newest.delete(oldest);
    },
  };
}

/** What a list's newest page tells of the list. */
function seenOn({ runs, next, flaw }: RunListPage): readonly SeenRun[] | "whole" {
  if (next === null && flaw === null) return "whole";
  return runs.map(({ invokeId, status, creationTime }) => ({ invokeId, status, creationTime }));
}
