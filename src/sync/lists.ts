import { createOwnFailure, type InvocationQuery, type Operation, type Source, sourceKey, type Wants } from "#domain";
import { findSpan, LIST_END, LIST_HEAD, type ReadingTurns } from "#store";
import type { RunList, Upstream } from "#upstreams";
import { boundBelowIn, type ListState, type ListStop, markFor, shownState, stopIn } from "./list-notes.ts";
import { createListPages, type ListPagesParts } from "./list-pages.ts";
import { createProgress, ENDLESS, isSameGround } from "./list-progress.ts";
import { readInTurn } from "./reading-turn.ts";
import type { SingleFlight } from "./single-flight.ts";

/** One list of a source whose runs are kept, and how far it is known. */
export interface KnownList {
  readonly key: string;
  readonly isExact: boolean;
  /** Epoch milliseconds: when its newest end was read last with success; null if never. */
  readAt(): Promise<number | null>;
  /** Length as the upstream told it last; null if it has no valid one. */
  total(): Promise<number | null>;
  /** False if something of the list is missing that nobody can find, at any place. */
  isSound(): Promise<boolean>;
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
  /** Reads the newest end until known ground is met. Shared by all who wait. @throws UpstreamError */
  refresh(operation: Operation): Promise<void>;
  /** Reads on below `from` until more of it is known: one call in the usual case. Shared by all who wait. @throws UpstreamError */
  extendBelow(from: number, operation: Operation): Promise<void>;
  /** Reads what lies above the known ground at `from`, or down to `from` if nothing is known there. @throws UpstreamError */
  extendAbove(from: number, operation: Operation): Promise<void>;
  /** Reads once more, with outputs, the page that holds what was created at this time. @throws UpstreamError */
  readAgain(time: number, operation: Operation): Promise<void>;
}

/** What lists are read with. */
export interface ListParts extends ListPagesParts {
  readonly flights: SingleFlight;
  /** Other gateways may want to read the same. */
  readonly turns: ReadingTurns;
}

/** The lists whose union holds every run that the query means. @throws UpstreamError */
export async function openKnownLists(
  parts: ListParts,
  upstream: Upstream,
  query: InvocationQuery,
  wants: Wants,
  operation: Operation,
): Promise<readonly KnownList[]> {
  const open = (noted: Operation) => upstream.openLists(query, wants, noted);
  const lists = await parts.book.watchOpening(upstream.source, open, operation);
  return lists.map((list) => createKnownList(parts, upstream.source, list, wants));
}

function createKnownList(parts: ListParts, source: Source, list: RunList, wants: Wants): KnownList {
  const { flights, turns, book, clock } = parts;
  const name = `${sourceKey(source)}|${list.key}|${wants.output}`;
  const pages = createListPages(parts, source, list);
  const { load } = pages;

  const readHeadInTurn = (operation: Operation): Promise<void> =>
    readInTurn(turns, operation, {
      key: `head|${name}`,
      mark: async () => (await load()).readAt,
      read: () => pages.readHead(operation),
      take: async () => {},
    });

  const loadShown = async (): Promise<ListState> => shownState(await load(), clock.now());

  async function boundBelow(from: number): Promise<number> {
    return boundBelowIn(await loadShown(), from);
  }

  async function boundAbove(from: number): Promise<number | null> {
    const { spans } = await loadShown();
    const span = from === LIST_END ? spans.find(({ to }) => to === LIST_END) : findSpan(spans, from);
    return span?.from ?? null;
  }

  /** Its newest end may be read without fault: that it cannot be read on is noted all the same. */
  const fail = (why: string, operation: Operation): Promise<never> =>
    book.watchFailures(source, () => Promise.reject(createOwnFailure(source, "BAD_RESPONSE", why)), operation);

  async function stopAt(stop: Omit<ListStop, "at">): Promise<void> {
    const { notes, ...state } = await load();
    await pages.writeState({ ...state, notes: { ...notes, stop: { ...stop, at: clock.now() } } });
  }

  async function extendBelow(from: number, operation: Operation): Promise<void> {
    const bound = await boundBelow(from);
    if (bound === LIST_END) return;
    const stop = stopIn(await load(), clock.now());
    if (stop !== null && bound <= stop.time) return fail(stop.why, operation);
    const progress = createProgress(bound);
    for (;;) {
      const before = await load();
      const isOtherPlace = progress.isOtherPlace();
      const key = `more|${name}|${bound}|${isOtherPlace}`;
      const onward = await flights.share(
        key,
        source,
        operation,
        (shared) => pages.readOn(from, isOtherPlace, shared),
        true,
      );
      if ((await boundBelow(from)) < bound) return;
      const verdict = progress.judge(before, await load(), onward);
      if (verdict === "on") continue;
      if (verdict !== ENDLESS) await stopAt({ time: bound, ...verdict });
      return verdict.isEnd ? undefined : fail(verdict.why, operation);
    }
  }

  /** Closes the gap above a stretch that is known: reads from some marks above it, one after the other, down to it. */
  async function closeGap(top: number, operation: Operation): Promise<void> {
    for (let idle = 0; idle < IDLE_CLOSINGS_MAX; ) {
      const before = await load();
      const marks = before.notes.marks.filter((mark) => mark.time > top).slice(-PAGES_ABOVE);
      if (marks.length < PAGES_ABOVE) await pages.readHead(operation);
      for (const mark of marks) {
        if (!(await pages.readBehind(mark, operation))) break;
      }
      if (((await boundAbove(top)) ?? top) > top) return;
      idle = isSameGround(before, await load()) ? idle + 1 : 0;
    }
    return fail("What the list shows does not join what is known of it.", operation);
  }

  return {
    key: list.key,
    isExact: list.isExact,
    readAt: async () => (await load()).readAt,
    total: async () => (await load()).notes.total,
    isSound: async () => !(await load()).notes.isDoubtful,
    async falseEnd() {
      const { stop } = (await load()).notes;
      return stop?.isEnd ? stop : null;
    },
    boundBelow,
    refresh: (operation) => flights.share(`head|${name}`, source, operation, readHeadInTurn, true),
    boundAbove,
    extendBelow,
    async extendAbove(from, operation) {
      const top = (await boundAbove(from)) ?? from;
      if (top === LIST_HEAD) return;
      if (top !== LIST_END) {
        return flights.share(`gap|${name}|${top}`, source, operation, (shared) => closeGap(top, shared), true);
      }
      const { notes } = await load();
      // Nearer to the end than what is covered lies the last place: it outlives the runs in front of it.
      const deepest = notes.marks.at(-1);
      await extendBelow(deepest === undefined ? LIST_HEAD : deepest.time, operation);
    },
    async readAgain(time, operation) {
      const mark = markFor(await load(), time);
      const key = `again|${name}|${mark?.time ?? LIST_HEAD}`;
      await flights.share(key, source, operation, (shared) => pages.readRunsBehind(mark, shared));
    },
  };
}

/** Rounds in a row that may show nothing new before a gap that stays open is given up; the call budget bounds all others. */
const IDLE_CLOSINGS_MAX = 10;
/** Pages above a known stretch that are read at once, for who walks towards the newest end. */
const PAGES_ABOVE = 3;
