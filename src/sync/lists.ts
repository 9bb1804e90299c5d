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
import { above, addSpan, findSpan, LIST_END, LIST_HEAD, type RunStore } from "#store";
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
import type { SingleFlight } from "./single-flight.ts";
import type { SourceBook } from "./source-book.ts";
import { settleTie, type TieVerdict } from "./tie.ts";

/** One list of a source whose runs are kept, and how far it is known. */
export interface KnownList {
  readonly key: string;
  readonly source: Source;
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
}

/** Pages that a refresh reads at most; behind a larger gap, what is between is read when somebody asks for it. */
const REFRESH_PAGES_MAX = 4;
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
  const lists = await parts.book.watchFailures(upstream.source, open, operation);
  return lists.map((list) => createKnownList(parts, upstream.source, list, wants));
}

function createKnownList(parts: ListParts, source: Source, list: RunList, wants: Wants): KnownList {
  const { store, book, flights, clock } = parts;
  const name = `${sourceKey(source)}|${list.key}|${wants.output}`;
  const isEnteredLater = list.applied.statusIn !== undefined || list.applied.timed !== undefined;
  const load = async (): Promise<ListState> => stateOf(await store.readList(source, list.key));

  /** @param offset where a token list stands, which does not tell */
  async function read(place: Place | null, offset: number, operation: Operation): Promise<IndexedPage> {
    const page = await book.watch(source, (noted) => list.read(place, noted), operation);
    return withIndexes({ ...page, runs: page.runs.map((run) => completeRun(run, list.applied)) }, offset);
  }

  async function countNew(runs: readonly Invocation[]): Promise<number> {
    const known = await store.readRuns(runs, { output: false, content: false });
    return known.filter((run) => run === null).length;
  }

  const write = (page: IndexedPage, state: ListState): Promise<void> =>
    store.write({ source, readAt: clock.now(), runs: page.runs, list: { key: list.key, record: state } });

  function placeBehind(mark: Mark, shift: number): Place | null {
    const isSmall = mark.index - mark.tieStart <= SMALL_TIE;
    return list.placeAt((isSmall ? mark.tieStart : mark.index) + shift) ?? mark.place;
  }

  async function readHead(operation: Operation): Promise<void> {
    const before = await load();
    const readAt = clock.now();
    const first = await read(null, 0, operation);
    const arrivals = before.readAt === null ? 0 : await countNew(first.runs);
    let state = withHead(first, { before, readAt, isEnteredLater, arrivals });
    await write(first, state);
    for (let pages = 1; pages < REFRESH_PAGES_MAX && !isEnteredLater && hasGap(before, state); pages += 1) {
      state = await readMore(state, operation, true);
    }
  }

  /** Reads on from the nearest mark; from the newest end if there is none. */
  async function readOn(from: number, operation: Operation): Promise<void> {
    const state = await load();
    const base = markFor(state, await boundBelow(from));
    if (base === null) return readHead(operation);
    try {
      await readFrom(state, base, operation, false);
    } catch (error) {
      if (!(error instanceof DeadPlaceError)) throw error;
      await store.write({ source, readAt: clock.now(), list: { key: list.key, record: withoutMarks(state) } });
    }
  }

  async function readMore(state: ListState, operation: Operation, isArrival: boolean): Promise<ListState> {
    const [base] = state.notes.marks;
    return base === undefined ? state : readFrom(state, base, operation, isArrival);
  }

  async function readFrom(state: ListState, base: Mark, operation: Operation, isArrival: boolean): Promise<ListState> {
    const { shift } = state.notes;
    let page = await read(placeBehind(base, shift), base.index + shift, operation);
    for (let back = STEP_BACK; isBehindGap(page, base) && back <= 8 * STEP_BACK; back *= 2) {
      page = await read(list.placeAt(Math.max(0, base.index + shift - back)), 0, operation);
    }
    if (page.mode !== state.notes.mode) {
      await store.write({
        source,
        readAt: clock.now(),
        runs: page.runs,
        list: { key: list.key, record: withoutMarks(state) },
      });
      return withoutMarks(state);
    }
    const arrivals = isArrival && page.mode === "page" ? await countNew(page.runs) : 0;
    const current = await load();
    const verdict = await settle(page, base, state.notes, operation);
    const more = withMore(current, page, { base, isTieWhole: verdict.state !== "open" });
    const notes = {
      ...more.notes,
      shift: more.notes.shift + arrivals,
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
    for (let idle = 0; idle < IDLE_READINGS_MAX; ) {
      const before = await load();
      await flights.share(`more|${name}|${bound}`, source, operation, (shared) => readOn(from, shared), true);
      if ((await boundBelow(from)) < bound) return;
      const after = await load();
      idle = isSameGround(before, after) ? idle + 1 : 0;
      // A page that begins with known runs and shows nothing behind them is the last one, whatever the total says.
      if (idle > 1 && after.notes.mode === "page") return endAt(bound, after);
    }
    throw createOwnFailure(source, "BAD_RESPONSE", "The list of runs goes on without showing anything new.");
  }

  async function endAt(bound: number, { spans, readAt, notes }: ListState): Promise<void> {
    const record = {
      spans: addSpan(spans, { from: bound, to: LIST_END }),
      readAt,
      notes: { ...notes, isDoubtful: true, marks: notes.marks.filter((mark) => mark.time > bound) },
    };
    await store.write({ source, readAt: clock.now(), list: { key: list.key, record } });
  }

  /** Closes the gap above a stretch that is known: reads from the second mark above it, down to it. */
  async function closeGap(top: number, operation: Operation): Promise<void> {
    const { notes } = await load();
    const above = notes.marks.filter((mark) => mark.time > top);
    const start = above.at(-PAGES_ABOVE)?.time ?? LIST_HEAD;
    while (((await boundAbove(top)) ?? top) <= top) await extendBelow(start, operation);
  }

  return {
    key: list.key,
    source,
    isExact: list.isExact,
    readAt: async () => (await load()).readAt,
    total: async () => (await load()).notes.total,
    isSound: async () => !(await load()).notes.isDoubtful,
    boundBelow,
    refresh: (operation) => flights.share(`head|${name}`, source, operation, readHead, true),
    boundAbove,
    extendBelow,
    async extendAbove(from, operation) {
      const top = await boundAbove(from);
      if (top !== null) return closeGap(top, operation);
      await extendBelow(LIST_HEAD, operation);
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

/** Pages above a known stretch that are read at once, for who walks towards the newest end. */
const PAGES_ABOVE = 3;
/** So many runs of one creation time are read again with what follows, so that one page shows them whole. */
const SMALL_TIE = 10;
/** Records that a page begins earlier if the list moved up; doubled until the page meets known ground. */
const STEP_BACK = 25;

/** True if runs may lie between what was read before and what this refresh showed. */
function hasGap(before: ListState, state: ListState): boolean {
  const bottom = findSpan(state.spans, LIST_HEAD)?.to ?? LIST_END;
  return before.spans.length > 0 && bottom > certainTop(before) && bottom !== LIST_END;
}

/** True if a page begins behind the runs that were known, since others in front of them vanished. */
function isBehindGap(page: IndexedPage, base: Mark): boolean {
  if (page.mode === "token" || page.offset === 0) return false;
  const [first] = timesOf(page.runs);
  return first === undefined ? endIndexOf(page) > 0 && bottomOf(page, base.time) === LIST_END : first < base.time;
}

function withoutMarks(state: ListState): ListState {
  return { ...state, notes: { ...state.notes, marks: [] } };
}

function isSameGround(before: ListState, after: ListState): boolean {
  return JSON.stringify([before.spans, before.notes.marks]) === JSON.stringify([after.spans, after.notes.marks]);
}
