import { type Clock, completeRun, createOwnFailure, type Invocation, type Operation, type Source } from "#domain";
import { above, findSpan, LIST_END, LIST_HEAD, NO_TIME, type RunStore } from "#store";
import { DeadPlaceError, type Place, type RunList } from "#upstreams";
import {
  bottomOf,
  boundBelowIn,
  endIndexOf,
  flawOf,
  type IndexedPage,
  type ListNotes,
  type ListState,
  type Mark,
  markFor,
  stateOf,
  stopIn,
  timesOf,
  withIndexes,
} from "./list-notes.ts";
import { certainTop, withHead, withMore } from "./list-reading.ts";
import type { SourceBook } from "./source-book.ts";
import { settleTie, type TieVerdict } from "./tie.ts";

/** Reads answers of one list, each of which is at once kept together with what it tells of the list. */
export interface ListPages {
  /** What is known of the list now. */
  load(): Promise<ListState>;
  /** Reads the newest end, and on from there until known ground is met. @throws UpstreamError */
  readHead(operation: Operation): Promise<void>;
  /**
   * Reads on below `from`, behind the nearest place that the upstream still knows; from the newest end if there is none.
   * @param isOtherPlace true to take the upstream's own word for what follows instead of the place that follows from the index
   * @throws UpstreamError
   */
  readOn(from: number, isOtherPlace: boolean, operation: Operation): Promise<Onward>;
  /** Reads one answer behind a mark, and lets go of the mark if it is dead; false then. @throws UpstreamError */
  readBehind(mark: Mark, operation: Operation): Promise<boolean>;
  /** Reads the answer behind a mark once more, for its runs alone; the newest end's if there is no mark. @throws UpstreamError */
  readRunsBehind(mark: Mark | null, operation: Operation): Promise<void>;
  /** Notes something of the list that no answer told. */
  writeState(state: ListState): Promise<void>;
}

/** How reading on went. */
export interface Onward {
  /** Tokens that the upstream did not know any more. */
  readonly dead: readonly string[];
  /** The runs of an answer that showed nothing but what is known, and that not further down; else none. */
  readonly known: readonly string[];
}

/** What answers are read with. */
export interface ListPagesParts {
  readonly store: RunStore;
  readonly book: SourceBook;
  readonly clock: Clock;
}

/** Pages that a refresh reads at most; behind a larger gap, what is between is read when somebody asks for it. */
const REFRESH_PAGES_MAX = 4;
/** So many runs of one creation time are read again with what follows, so that one page shows them whole. */
const SMALL_TIE = 10;
/** Records that a page begins earlier if the list moved up; doubled until the page meets known ground. */
const STEP_BACK = 5;
const STEP_BACK_MAX = 400;

/** Reads a list of a source. */
export function createListPages({ store, book, clock }: ListPagesParts, source: Source, list: RunList): ListPages {
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
    const early = isSmallTie(mark) ? list.placeAt(Math.max(0, mark.tieStart + shift)) : null;
    const isOnward = early !== null && "pageNumber" in early && early.pageNumber * early.pageSize > end;
    return isOnward ? early : (list.placeAt(end) ?? mark.place);
  }

  async function readHead(operation: Operation): Promise<void> {
    const readAt = clock.now();
    const newest = await read(null, 0, operation);
    const first = { ...newest, flaw: flawOf(newest, 0) };
    // What is covered is looked up when it is to be written: a keeper lets go of runs at any time.
    const before = await load();
    const arrivals = before.readAt === null ? 0 : await countNew(first.runs);
    let state = withHead(first, { before, readAt, isEnteredLater, arrivals });
    await write(first, state);
    for (let pages = 1; pages < REFRESH_PAGES_MAX && !isEnteredLater && hasGap(before, state, readAt); pages += 1) {
      const more = await readMore(state, operation, true).catch(orDeadPlace);
      if (more instanceof DeadPlaceError) return;
      state = more.state;
    }
  }

  /** Reads on from the nearest mark that the upstream still knows; from the newest end if there is none. */
  async function readOn(from: number, isOtherPlace: boolean, operation: Operation): Promise<Onward> {
    const dead: string[] = [];
    for (;;) {
      const state = await load();
      const base = markFor(state, boundBelowIn(state, from));
      if (base === null) {
        await readHead(operation);
        return { dead, known: [] };
      }
      try {
        const mark = isOtherPlace ? { ...base, isPlaceMeant: true } : base;
        const { known } = await readFrom(state, mark, operation, false);
        return { dead, known };
      } catch (error) {
        if (!(error instanceof DeadPlaceError)) throw error;
        if (isRefused(error) && base.place !== null && "token" in base.place) dead.push(base.place.token);
        await writeState(withoutMarks(await load(), base, isRefused(error) ? marksGone(dead.length) : ALL));
      }
    }
  }

  const writeState = (record: ListState): Promise<void> =>
    store.write({ source, readAt: clock.now(), list: { key: list.key, record } });

  async function readMore(state: ListState, operation: Operation, isArrival: boolean): Promise<Read> {
    const [base] = state.notes.marks;
    return base === undefined ? { state, known: [] } : readFrom(state, base, operation, isArrival);
  }

  /** @throws DeadPlaceError where the list does not answer as before any more: places and indexes are those of one mode */
  async function readInMode(mode: ListNotes["mode"], place: Place | null, offset: number, operation: Operation) {
    const page = await read(place, offset, operation);
    if (page.mode === mode) return page;
    throw new DeadPlaceError(createOwnFailure(source, "UNKNOWN", "The list has changed its mode."));
  }

  async function readBelow(base: Mark, { mode, shift }: ListNotes, operation: Operation): Promise<IndexedPage> {
    const passed = base.index + shift;
    // Behind the beginning of its time, a page off its place could hide some of the runs of that time.
    const start = isSmallTie(base) ? base.tieStart + shift : passed;
    const readBack = (back: number) => readInMode(mode, list.placeAt(Math.max(0, start - back)), 0, operation);
    let page = await readInMode(mode, placeBehind(base, shift), passed, operation);
    const flaw = flawOf(page, passed);
    let back = STEP_BACK;
    if (flaw !== page.flaw) {
      // It may as well be the page that begins off its place. A list that says that it is longer is followed no further back.
      const again = await readBack(back);
      if ((await countNew(again.runs)) === 0) return { ...page, flaw };
      page = again;
      back *= 2;
    }
    for (; back <= STEP_BACK_MAX && isBehindGap(page, base, shift); back *= 2) {
      page = await readBack(back);
    }
    return { ...page, flaw: flawOf(page, passed) };
  }

  async function readFrom(state: ListState, base: Mark, operation: Operation, isArrival: boolean): Promise<Read> {
    const page = await readBelow(base, state.notes, operation);
    const isAside = page.mode === "token" && bottomOf(page, base.time) >= base.time;
    const known = isAside && (await countNew(page.runs)) === 0 ? page.runs.map(({ invokeId }) => invokeId) : [];
    const arrivals = isArrival && page.mode === "page" ? await countNew(page.runs) : 0;
    const verdict = await settle(page, base, state.notes, operation);
    const current = await load();
    const more = withMore(current, page, {
      base,
      isTieWhole: verdict.state !== "open",
      arrivals,
      readAt: clock.now(),
    });
    const notes = {
      ...more.notes,
      overlap: verdict.overlap,
      isDoubtful: more.notes.isDoubtful || verdict.state === "contradictory",
    };
    await write(page, { ...more, notes });
    return { state: { ...more, notes }, known };
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
        const place = list.placeAt(index) ?? places.get(offset) ?? null;
        const again = await readInMode(page.mode, place, offset, operation);
        places.set(endIndexOf(again), again.next);
        await writeRuns(again.runs);
        return again;
      },
      countAt: (time) =>
        store.count({ stretches: [{ source, after: above(time), before: above(time - 1) }], query: list.applied }),
    });
  }

  return {
    load,
    readHead,
    readOn,
    async readBehind(mark, operation) {
      const more = await readFrom(await load(), mark, operation, false).catch(orDeadPlace);
      if (!(more instanceof DeadPlaceError)) return true;
      await writeState(withoutMarks(await load(), mark, isRefused(more) ? 1 : ALL));
      return false;
    },
    async readRunsBehind(mark, operation) {
      const { shift } = (await load()).notes;
      const page = await read(mark === null ? null : placeBehind(mark, shift), 0, operation);
      await store.write({ source, readAt: clock.now(), runs: page.runs });
    },
    writeState,
  };
}

/** What reading from a mark told. */
interface Read extends Pick<Onward, "known"> {
  readonly state: ListState;
}

/** True if runs may lie between what was read before and what this refresh showed, and can be read. */
function hasGap(before: ListState, state: ListState, now: number): boolean {
  if (stopIn(state, now) !== null) return false;
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

/** True if the upstream refused one token; else the list has changed its mode, and all places have died at once. */
function isRefused({ httpStatus }: DeadPlaceError): boolean {
  return httpStatus !== null;
}

const ALL = Number.POSITIVE_INFINITY;

/**
 * How many marks go with the latest of so many tokens that were refused in a row. Most often one died alone, so the next one is
 * tried; where all have died, trying one after the other would cost a call each.
 */
function marksGone(deaths: number): number {
  return Math.ceil(2 ** (deaths - 2));
}

function isSmallTie({ index, tieStart }: Mark): boolean {
  return index - tieStart <= SMALL_TIE;
}

/** The list without the last marks down to `base`, so many of them: if one place is dead, the one in front of it may be. */
function withoutMarks(state: ListState, base: Mark, count: number): ListState {
  const end = state.notes.marks.findIndex(({ time, index }) => time === base.time && index === base.index) + 1;
  const marks = state.notes.marks.filter((_, position) => position >= end || position < end - count);
  return { ...state, notes: { ...state.notes, marks } };
}
