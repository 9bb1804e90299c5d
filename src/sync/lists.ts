import { createOwnFailure, type InvocationQuery, type Operation, type Source, sourceKey, type Wants } from "#domain";
import { addSpan, findSpan, LIST_END, LIST_HEAD, type ReadingTurns } from "#store";
import type { RunList, Upstream } from "#upstreams";
import { boundBelowIn, type ListState, markFor } from "./list-notes.ts";
import { createListPages, type ListPagesParts } from "./list-pages.ts";
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
export interface ListParts extends ListPagesParts {
  readonly flights: SingleFlight;
  /** Other gateways may want to read the same. */
  readonly turns: ReadingTurns;
}

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
  const { flights, turns } = parts;
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

  async function boundBelow(from: number): Promise<number> {
    return boundBelowIn(await load(), from);
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
      await flights.share(key, source, operation, (shared) => pages.readOn(from, isOtherPlace, shared), true);
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
    await pages.writeState(record);
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
function isSameGround(before: ListState, after: ListState): boolean {
  const groundOf = ({ spans, notes }: ListState): string =>
    JSON.stringify([spans, notes.marks.map(({ time, index }) => [time, index])]);
  return groundOf(before) === groundOf(after);
}
