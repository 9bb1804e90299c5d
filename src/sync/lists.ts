import {
  type Clock,
  completeRun,
  createOwnFailure,
  type Invocation,
  type InvocationQuery,
  type Operation,
  type Source,
  sourceKey,
  type Wants,
} from "#domain";
import { above, addSpan, findSpan, LIST_END, LIST_HEAD, NO_TIME, type ReadingTurns, type RunStore } from "#store";
import { DeadPlaceError, type Place, type RunList, type Upstream } from "#upstreams";
import {
  bottomOf,
  endIndexOf,
  type IndexedPage,
  type ListNotes,
  type ListState,
  type Mark,
  markFor,
  stateOf,
  timesOf,
  withIndexes,
} from "./list-notes.ts";
import { certainTop, withHead, withMore } from "./list-reading.ts";
import { readInTurn } from "./reading-turn.ts";
import type { SingleFlight } from "./single-flight.ts";
import type { SourceBook } from "./source-book.ts";
import { settleTie, type TieVerdict } from "./tie.ts";

/** One list of a source whose runs are kept, and how far it is known. */
export interface KnownList {
  readonly key: string;
  readonly isExact: boolean;
  /** Epoch milliseconds: when its newest end was read last with success; null if never. */
  readAt(): Promise<number | null>;
  /** Length as the upstream told it last; null if it has no valid one. */
  total(): Promise<number | null>;
  /** False if the list contradicts itself. */
  isSound(): Promise<boolean>;
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
export interface ListParts {
  readonly store: RunStore;
  readonly book: SourceBook;
  readonly flights: SingleFlight;
  readonly clock: Clock;
  /** Other gateways may want to read the same. */
  readonly turns: ReadingTurns;
}

/** Pages that a refresh reads at most; behind a larger gap, what is between is read when somebody asks for it. */
const REFRESH_PAGES_MAX = 4;
/** Pages in a row that may show nothing behind what is known before that is believed to be the list's end. */
const IDLE_PAGES_MAX = 4;
/** How often one reading may begin anew because the list changed its mode. */
const RESTARTS_MAX = 20;
/** Readings in a row that may show nothing new before the list is said to be endless; empty pages with a token are legal. */
const IDLE_READINGS_MAX = 20;

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
  const { store, book, flights, clock, turns } = parts;
  const name = `${sourceKey(source)}|${list.key}|${wants.output}`;
  const isEnteredLater = list.applied.statusIn !== undefined || list.applied.timed !== undefined;
  const load = async (): Promise<ListState> => stateOf(await store.readList(source, list.key));

  /** @param offset where a token list stands, which does not tell */
  async function read(place: Place | null, offset: number, operation: Operation): Promise<IndexedPage> {
    // A place that is dead is no failure of its source.
    const reading = (noted: Operation) => list.read(place, noted).catch(orDeadPlace);
    const page = await book.watchList(source, reading, operation);
    if (page instanceof DeadPlaceError) throw page;
    return withIndexes({ ...page, runs: page.runs.map((run) => completeRun(run, list.applied)) }, offset);
  }

  async function countNew(runs: readonly Invocation[]): Promise<number> {
    const known = await store.readRuns(runs, { output: false, content: false });
    return known.filter((run) => run === null).length;
  }

  const write = (page: IndexedPage, state: ListState): Promise<void> =>
    store.write({ source, readAt: clock.now(), runs: page.runs, list: { key: list.key, record: state } });

  function placeBehind(mark: Mark, shift: number): Place | null {
    if (mark.isPlaceMeant === true) return mark.place;
    const end = mark.index + shift;
    const isSmall = mark.index - mark.tieStart <= SMALL_TIE;
    const early = isSmall ? list.placeAt(Math.max(0, mark.tieStart + shift)) : null;
    const isOnward = early !== null && "pageNumber" in early && early.pageNumber * early.pageSize > end;
    return isOnward ? early : (list.placeAt(end) ?? mark.place);
  }

  async function readHead(operation: Operation): Promise<void> {
    const readAt = clock.now();
    const first = await read(null, 0, operation);
    // What is covered is looked up when it is to be written: a keeper lets go of runs at any time.
    const before = await load();
    const arrivals = before.readAt === null ? 0 : await countNew(first.runs);
    let state = withHead(first, { before, readAt, isEnteredLater, arrivals });
    await write(first, state);
    for (let pages = 1; pages < REFRESH_PAGES_MAX && !isEnteredLater && hasGap(before, state); pages += 1) {
      const more = await readMore(state, operation, true).catch(orDeadPlace);
      if (more instanceof DeadPlaceError) return;
      state = more;
    }
  }

  const readHeadInTurn = (operation: Operation): Promise<void> =>
    readInTurn(turns, operation, {
      key: `head|${name}`,
      mark: async () => (await load()).readAt,
      read: () => readHead(operation),
      take: async () => {},
    });

  /** Reads on from the nearest mark that the upstream still knows; from the newest end if there is none. */
  async function readOn(from: number, isOtherPlace: boolean, operation: Operation): Promise<void> {
    for (let dead = 1; ; dead *= 2) {
      const state = await load();
      const base = markFor(state, await boundBelow(from));
      if (base === null) return readHead(operation);
      try {
        await readFrom(state, isOtherPlace ? { ...base, isPlaceMeant: true } : base, operation, false);
        return;
      } catch (error) {
        if (!(error instanceof DeadPlaceError)) throw error;
        await writeState(withoutMarks(await load(), base, dead));
      }
    }
  }

  const writeState = (record: ListState): Promise<void> =>
    store.write({ source, readAt: clock.now(), list: { key: list.key, record } });

  async function readMore(state: ListState, operation: Operation, isArrival: boolean): Promise<ListState> {
    const [base] = state.notes.marks;
    return base === undefined ? state : readFrom(state, base, operation, isArrival);
  }

  async function readFrom(state: ListState, base: Mark, operation: Operation, isArrival: boolean): Promise<ListState> {
    const { shift } = state.notes;
    let page = await read(placeBehind(base, shift), base.index + shift, operation);
    for (let back = STEP_BACK; isBehindGap(page, base, shift) && back <= STEP_BACK_MAX; back *= 2) {
      page = await read(list.placeAt(Math.max(0, base.index + shift - back)), 0, operation);
    }
    if (page.mode !== state.notes.mode) {
      const now = await load();
      const record = { ...now, notes: { ...now.notes, marks: [] } };
      await write(page, record);
      return record;
    }
    const arrivals = isArrival && page.mode === "page" ? await countNew(page.runs) : 0;
    const verdict = await settle(page, base, state.notes, operation);
    const current = await load();
    const more = withMore(current, page, { base, isTieWhole: verdict.state !== "open", arrivals });
    const notes = {
      ...more.notes,
      overlap: verdict.overlap,
      isDoubtful: more.notes.isDoubtful || verdict.state === "contradictory",
    };
    await write(page, { ...more, notes });
    return { ...more, notes };
  }

  async function settle(page: IndexedPage, base: Mark, notes: ListNotes, operation: Operation): Promise<TieVerdict> {
    const writeRuns = (runs: readonly Invocation[]): Promise<void> =>
      store.write({ source, readAt: clock.now(), runs });
    await writeRuns(page.runs);
    const places = new Map<number, Place | null>([[0, null]]);
    for (const mark of notes.marks) places.set(mark.index + notes.shift, mark.place);
    return settleTie(page, base, notes, {
      async read(index) {
        const offset = Math.max(...[...places.keys()].filter((known) => known <= index));
        const again = await read(list.placeAt(index) ?? places.get(offset) ?? null, offset, operation);
        places.set(endIndexOf(again), again.next);
        await writeRuns(again.runs);
        return again;
      },
      countAt: (time) =>
        store.count({ stretches: [{ source, after: above(time), before: above(time - 1) }], query: list.applied }),
    });
  }

  async function boundBelow(from: number): Promise<number> {
    const { spans } = await load();
    return findSpan(spans, from)?.to ?? from;
  }

  async function boundAbove(from: number): Promise<number | null> {
    const { spans } = await load();
    const span = from === LIST_END ? spans.find(({ to }) => to === LIST_END) : findSpan(spans, from);
    return span?.from ?? null;
  }

  async function extendBelow(from: number, operation: Operation): Promise<void> {
    const bound = await boundBelow(from);
    if (bound === LIST_END) return;
    let furthest = Number.NEGATIVE_INFINITY;
    let restarts = 0;
    for (let idle = 0; idle < IDLE_READINGS_MAX; ) {
      const before = await load();
      const isOtherPlace = idle % 2 === 1;
      const key = `more|${name}|${bound}|${isOtherPlace}`;
      await flights.share(key, source, operation, (shared) => readOn(from, isOtherPlace, shared), true);
      if ((await boundBelow(from)) < bound) return;
      const after = await load();
      const reached = markFor(after, bound)?.index ?? Number.NEGATIVE_INFINITY;
      const isPage = after.notes.mode === "page";
      if (before.notes.mode !== after.notes.mode || after.notes.marks.length === 0 || reached < furthest) {
        // A list that changed its mode, or whose places died, is read anew from further up.
        restarts += 1;
        furthest = reached;
        if (restarts < RESTARTS_MAX) continue;
        break;
      }
      // What a keeper lets go while it is read is no progress either.
      const isIdle = isPage ? reached <= furthest : isSameGround(before, after) || before.basis !== after.basis;
      idle = isIdle ? idle + 1 : 0;
      furthest = Math.max(furthest, reached);
      // Whatever page is read, nothing shows behind what is known: it is the end, whatever the total says.
      if (isPage && idle > IDLE_PAGES_MAX) return endAt(bound, after);
    }
    throw createOwnFailure(source, "BAD_RESPONSE", "The list of runs goes on without showing anything new.");
  }

  async function endAt(bound: number, state: ListState): Promise<void> {
    const { spans, notes } = state;
    const record = {
      ...state,
      spans: addSpan(spans, { from: bound, to: LIST_END }),
      notes: { ...notes, isDoubtful: true, marks: notes.marks.filter((mark) => mark.time > bound) },
    };
    await store.write({ source, readAt: clock.now(), list: { key: list.key, record } });
  }

  /** Closes the gap above a stretch that is known: reads from some marks above it, one after the other, down to it. */
  async function closeGap(top: number, operation: Operation): Promise<void> {
    for (let idle = 0; idle < IDLE_CLOSINGS_MAX; ) {
      const before = await load();
      const marks = before.notes.marks.filter((mark) => mark.time > top).slice(-PAGES_ABOVE);
      if (marks.length < PAGES_ABOVE) await readHead(operation);
      for (const mark of marks) {
        const more = await readFrom(await load(), mark, operation, false).catch(orDeadPlace);
        if (!(more instanceof DeadPlaceError)) continue;
        await writeState(withoutMarks(await load(), mark, 1));
        break;
      }
      if (((await boundAbove(top)) ?? top) > top) return;
      idle = isSameGround(before, await load()) ? idle + 1 : 0;
    }
    throw createOwnFailure(source, "BAD_RESPONSE", "What the list shows does not join what is known of it.");
  }

  return {
    key: list.key,
    isExact: list.isExact,
    readAt: async () => (await load()).readAt,
    total: async () => (await load()).notes.total,
    isSound: async () => !(await load()).notes.isDoubtful,
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
      const state = await load();
      const mark = markFor(state, time) ?? null;
      await flights.share(`again|${name}|${mark?.time ?? LIST_HEAD}`, source, operation, async (shared) => {
        const page = await read(mark === null ? null : placeBehind(mark, state.notes.shift), 0, shared);
        await store.write({ source, readAt: clock.now(), runs: page.runs });
      });
    },
  };
}

/** Rounds in a row that may show nothing new before a gap that stays open is given up; the call budget bounds all others. */
const IDLE_CLOSINGS_MAX = 10;
/** Pages above a known stretch that are read at once, for who walks towards the newest end. */
const PAGES_ABOVE = 3;
/** So many runs of one creation time are read again with what follows, so that one page shows them whole. */
const SMALL_TIE = 10;
/** Records that a page begins earlier if the list moved up; doubled until the page meets known ground. */
const STEP_BACK = 5;
const STEP_BACK_MAX = 400;

/** True if runs may lie between what was read before and what this refresh showed. */
function hasGap(before: ListState, state: ListState): boolean {
  const bottom = findSpan(state.spans, LIST_HEAD)?.to ?? LIST_END;
  return before.spans.length > 0 && bottom > certainTop(before) && bottom !== LIST_END;
}

/** True if a page begins behind the runs that were known, since others in front of them vanished. */
function isBehindGap(page: IndexedPage, base: Mark, shift: number): boolean {
  if (page.mode === "token" || page.offset === 0) return false;
  if (page.runs.length === 0) return endIndexOf(page) > 0 && bottomOf(page, base.time) === LIST_END;
  const first = timesOf(page.runs).find((time) => time !== NO_TIME);
  if (first === undefined) return false;
  return first < base.time || (first === base.time && page.offset < base.tieStart + shift);
}

function orDeadPlace(error: unknown): DeadPlaceError {
  if (error instanceof DeadPlaceError) return error;
  throw error;
}

/** The list without the last marks down to `base`, so many of them: if one place is dead, the one in front of it may be. */
function withoutMarks(state: ListState, base: Mark, count: number): ListState {
  const end = state.notes.marks.findIndex(({ time, index }) => time === base.time && index === base.index) + 1;
  const marks = state.notes.marks.filter((_, position) => position >= end || position < end - count);
  return { ...state, notes: { ...state.notes, marks } };
}

function isSameGround(before: ListState, after: ListState): boolean {
  const groundOf = ({ spans, notes }: ListState): string =>
    JSON.stringify([spans, notes.marks.map(({ time, index }) => [time, index])]);
  return groundOf(before) === groundOf(after);
}
