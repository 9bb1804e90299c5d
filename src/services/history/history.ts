import {
  type InvocationFilter,
  type InvocationQuery,
  type Operation,
  type Source,
  UpstreamError,
  type Wants,
} from "#domain";
import type { InvocationList, Upstream } from "#upstreams";
import type { Sealer } from "../contract.ts";
import { canonicalText, matchesNothing, namesSource, toQuery } from "../filter.ts";
import { createOwnFailure } from "../own-failure.ts";
import type { PageRequestArguments } from "../page-arguments.ts";
import type { SourceBook } from "../sources.ts";
import { type Cursor, readCursor, shortName, writeCursor } from "./cursor.ts";
import { positionsAt, startOf, startPlace } from "./positions.ts";
import { compareKeys, type RunKey, sourceRank } from "./run-key.ts";
import { createSearchBudget, type SearchBudget } from "./search-budget.ts";
import { createStream } from "./stream.ts";
import type { Stream } from "./stream-contract.ts";
import { createTurns, type InTurn } from "./turns.ts";
import { createWalk, type SourceReading, type Walk } from "./walk.ts";
import { PAGE_SIZE_MAX } from "./window-choice.ts";
import type { WindowReader } from "./window-reader.ts";

/** What a list of runs is opened with. */
export interface HistoryRequest {
  /** What the list is; part of what its cursors are bound to, as is its filter. */
  readonly kind: string;
  readonly args: PageRequestArguments;
  readonly filter: InvocationFilter;
  /** Everything else that the list depends on. */
  readonly binding?: object;
  readonly wants: Wants;
  readonly operation: Operation;
}

/** An open list of runs over many sources. */
export interface History {
  readonly walk: Walk;
  /** The cursor it was opened at. */
  readonly cursor: Cursor | null;
  /** The cursor behind a run that was taken, `row` inside of it; with null, of where the walk stands. */
  cursorAt(key: RunKey | null, row: readonly string[] | null): string;
  /** Length of the whole list; null where it cannot be known. Costs a call for each source that was not read. */
  totalCount(): Promise<number | null>;
}

/** What histories are opened with. */
export interface HistoryOptions {
  readonly book: SourceBook;
  readonly reader: WindowReader;
  readonly sealer: Sealer;
  /**
   * Windows one operation reads at most beyond the first of each list and two for each page of runs wanted; and again as many in search
   * of runs without a creation time.
   */
  readonly scanBudget: number;
}

interface Opening {
  readonly query: InvocationQuery;
  readonly cursor: Cursor | null;
  onRead(): void;
  readonly search: SearchBudget;
  readonly inTurn: InTurn;
  readonly lists: Map<Stream, InvocationList>;
}

/** Opens one list over every source that the filter names: checks the cursor first, then asks each source for its lists. */
export function createHistoryOpener(options: HistoryOptions): (request: HistoryRequest) => Promise<History> {
  return async (request) => {
    const { args, filter, operation } = request;
    const purpose = `${request.kind}\n${canonicalText(filter)}\n${canonicalText(request.binding ?? {})}`;
    const cursor = args.cursor === null ? null : readCursor(options.sealer, purpose, args.cursor, args.cursorArgument);
    const query = toQuery(filter);
    const named = options.book.upstreams.filter(({ source }) => namesSource(filter, source));
    const upstreams = matchesNothing(filter) ? [] : named;
    let reads = 0;
    const lists = new Map<Stream, InvocationList>();
    const opening: Opening = {
      query,
      cursor,
      lists,
      onRead: () => {
        reads += 1;
      },
      search: createSearchBudget(options.scanBudget),
      inTurn: createTurns(),
    };
    const sources = await Promise.all(upstreams.map((upstream) => openSource(options, request, opening, upstream)));
    const pageSizes = (): readonly number[] =>
      [...lists].map(([{ source }, list]) => options.reader.pageSizeMax(source, list));
    const allowance = (): number =>
      lists.size + options.scanBudget + 2 * Math.ceil(args.size / Math.min(PAGE_SIZE_MAX, ...pageSizes()));
    const walk = createWalk({
      direction: args.direction,
      sources,
      signal: operation.signal,
      mayScan: () => reads < allowance(),
    });
    return {
      walk,
      cursor,
      cursorAt(key, row) {
        const isEnd = row === null && (key === null || isSameKey(key, walk.last()));
        const place = key ?? walk.last() ?? cursor?.place ?? null;
        const positions = positionsAt(walk, cursor, args.direction, place, isEnd, row !== null);
        return writeCursor(options.sealer, purpose, { direction: args.direction, place, row, sources: positions });
      },
      totalCount: () => countAll(options, request, walk, opening),
    };
  };
}

async function openSource(
  { book, reader }: HistoryOptions,
  { args: { direction, size }, wants, operation }: HistoryRequest,
  { query, cursor, onRead, search, inTurn, lists }: Opening,
  upstream: Upstream,
): Promise<SourceReading> {
  const { source } = upstream;
  const position = cursor?.sources.get(shortName(sourceRank(source)));
  const isSameWay = cursor?.direction === direction;
  const place = startPlace(cursor, position?.place, query, direction);
  const wasExhausted = isSameWay && position?.isExhausted === true;
  const reading: SourceReading = { source, place, wasExhausted, exhaustedLists: [], streams: [], failure: null };
  if (wasExhausted) return reading;
  try {
    const opened = await book.watch(source, upstream.openLists(query, wants, operation), operation);
    const entries = opened.map((list) => ({
      list,
      name: shortName(list.key),
      entry: position?.lists.get(shortName(list.key)),
    }));
    const isOver = (entry: (typeof entries)[number]["entry"]): boolean => isSameWay && entry?.isExhausted === true;
    const streams = entries
      .filter(({ entry }) => !isOver(entry))
      .map(({ list, name, entry }) => {
        const stream = createStream({
          name,
          source,
          direction,
          query,
          isExact: list.isExact,
          start: startOf(cursor, entry, place, query, direction),
          groups: reader.groups({ source, list, isPartial: opened.length > 1, query, wants }, operation),
          hasStrays: () => reader.hasStrays(source, list, query),
          pageSizeMax: reader.pageSizeMax(source, list),
          read: (page, isRepeat) => {
            // What is read again for a crowded second is no scanning.
            if (!isRepeat) onRead();
            return reader.read({ source, list, isPartial: opened.length > 1, query, wants, page, isRepeat }, operation);
          },
          search,
          inTurn,
          unreadable: () => unreadableError(source),
        });
        // Every list is read for the first row anyway: one that is slow to open keeps no other one waiting.
        const begun = size > 0 ? beginReading(stream) : stream;
        lists.set(begun, list);
        return begun;
      });
    return {
      ...reading,
      streams,
      exhaustedLists: entries.filter(({ entry }) => isOver(entry)).map(({ name }) => name),
    };
  } catch (error) {
    if (error instanceof UpstreamError) return { ...reading, failure: error };
    throw error;
  }
}

async function countAll(
  options: HistoryOptions,
  request: HistoryRequest,
  walk: Walk,
  opening: Opening,
): Promise<number | null> {
  const { createdAfter, createdBefore } = opening.query;
  if (createdAfter !== undefined || createdBefore !== undefined) return null;
  const counts = await Promise.all(walk.outcomes().map((outcome) => countOne(options, request, outcome, opening)));
  return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}

async function countOne(
  { book, reader }: HistoryOptions,
  { wants, operation }: HistoryRequest,
  { source, streams, failure, wasExhausted }: SourceReading,
  { query, lists }: Opening,
): Promise<number | null> {
  if (failure !== null) return failure.code === "NOT_SUPPORTED" ? 0 : null;
  const [stream] = streams;
  const known = stream?.total();
  if (known !== undefined)
    return streams.length === 1 && stream !== undefined && lists.get(stream)?.isExact ? known : null;
  if (!wasExhausted && streams.length !== 1) return null;
  try {
    const upstream = book.findUpstream(source);
    const opened = (await upstream?.openLists(query, wants, operation)) ?? [];
    const [list] = opened;
    if (list === undefined || opened.length > 1 || !list.isExact) return null;
    const page = { pageNumber: 1, pageSize: 1 };
    const request = { source, list, isPartial: false, query, wants, page, isRepeat: false };
    return (await reader.read(request, operation)).totalCount;
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

/** Lets the first read begin at once; whoever advances the stream first gets what became of it. */
function beginReading(stream: Stream): Stream {
  let first: Promise<void> | null = stream.advance();
  first.catch(() => {});
  return {
    ...stream,
    advance: () => {
      const begun = first ?? stream.advance();
      first = null;
      return begun;
    },
  };
}

function isSameKey(a: RunKey, b: RunKey | null): boolean {
  return b !== null && compareKeys(a, b) === 0;
}

function unreadableError(source: Source): UpstreamError {
  const message = "The upstream's list changed too much between calls to be read without a gap.";
  return createOwnFailure(source, "BAD_RESPONSE", message);
}
