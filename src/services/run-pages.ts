import {
  canonicalText,
  type Invocation,
  type InvocationFilter,
  type InvocationQuery,
  matchesNothing,
  namesSource,
  type Operation,
  sourceRank,
  toQuery,
  type Wants,
} from "#domain";
import { above, LIST_END, LIST_HEAD, type Position, positionOf, type StoredRun } from "#store";
import type { Sync } from "#sync";
import { notePageLife } from "./answer-life.ts";
import type { Page, PageArguments, PageSourceState, PageWants, Sealer } from "./contract.ts";
import { completeOutputs } from "./list-outputs.ts";
import { type PageRequestArguments, readPageArguments } from "./page-arguments.ts";
import { createCursorCodec, type PageCursor } from "./page-cursor.ts";
import { refuseIfAllFailed } from "./page-failure.ts";
import { createSettler, type PageTiming, refreshStale, type SettleReadings } from "./page-reading.ts";
import { chooseLists, isSound, type PageSource } from "./page-source.ts";
import { countRuns } from "./page-total.ts";
import type { DescribeSource } from "./source-states.ts";
import type { PageStore } from "./view/index.ts";
import { BEHIND_ALL, backwards, forwards, type WalkDirection } from "./walk-direction.ts";

/** What pages of runs are read with. */
export interface RunPagesParts extends PageTiming {
  readonly store: PageStore;
  readonly sync: Sync;
  readonly sealer: Sealer;
  readonly describe: DescribeSource;
}

/** A stretch of the list of runs, and where to go on from each of its rows. */
export interface RunStretch {
  readonly runs: readonly StoredRun[];
  readonly hasMore: boolean;
  readonly sources: readonly PageSourceState[];
  readonly parts: readonly PageSource[];
  /** The cursor behind a run, seen from the walk's beginning; of null, where the stretch ends. */
  cursorAt(run: Invocation | null, row?: readonly string[]): string;
}

/** Which stretch is read. */
export interface StretchRequest {
  readonly args: PageRequestArguments;
  readonly filter: InvocationFilter;
  readonly wants: Wants;
  /** What the cursors are for: lists of another kind, or with more of a filter, take no other's. */
  readonly purpose: string;
  /** True if the run at the cursor is wanted again, since it has more rows. */
  readonly isRunAgain?: (cursor: PageCursor) => boolean;
}

/** Reads pages of the runs of every source. */
export interface RunPages {
  page(
    args: PageArguments,
    filter: InvocationFilter,
    wants: PageWants,
    operation: Operation,
  ): Promise<Page<Invocation>>;
  readStretch(
    request: StretchRequest,
    operation: Operation,
  ): Promise<RunStretch & { readonly cursor: PageCursor | null }>;
}

/** Pages are answered from the store; what it does not know is read first. */
export function createRunPages(parts: RunPagesParts): RunPages {
  const { store, sync, sealer, describe, clock } = parts;

  async function readStretch(request: StretchRequest, operation: Operation) {
    const { args, filter, wants } = request;
    const direction = args.direction > 0 ? forwards : backwards;
    const sources = sync.book.states().flatMap(({ source }) => (namesSource(filter, source) ? [source] : []));
    const codec = createCursorCodec(sealer, request.purpose, sources);
    const cursor = args.cursor === null ? null : codec.open(args.cursor, args.cursorArgument);
    const query = toQuery(filter);
    const again = cursor !== null && request.isRunAgain?.(cursor) === true;
    const walk: Walk = {
      direction,
      query,
      wants,
      size: args.size,
      limit: limitOf(direction, query),
      parts: sources.map((source) => newPart(source, startOf(direction, query, cursor, again, sourceRank(source)))),
    };
    const settle = createSettler(parts, async () => (await readKnown(walk)).length > 0);
    if (!matchesNothing(filter)) {
      await open(walk, settle, operation, cursor === null);
      await readOn(walk, settle, operation);
    }
    const found = await readKnown(walk);
    const runs = direction.sign > 0 ? found.slice(0, args.size) : found.slice(Math.max(0, found.length - args.size));
    const reaches = await reachesOf(walk);
    const isFull = found.length > args.size;
    const end = isFull ? endOf(runs, direction) : null;
    const lagging = walk.parts.filter((part) => isLagging(part, reaches.get(part) ?? null, end, walk));
    // What was read before is known, as far as it goes.
    const isKnown = ({ source, failure }: PageSource): boolean =>
      failure !== null && sync.book.stateOf(source).asOf !== null;
    refuseIfAllFailed(
      walk.parts,
      runs.length,
      lagging.filter((part) => !isKnown(part)),
    );
    const start = cursor?.position ?? null;
    return {
      cursor,
      runs,
      hasMore: isFull || lagging.length > 0,
      parts: walk.parts,
      sources: await statesOf(walk.parts, lagging),
      cursorAt: (run: Invocation | null, row: readonly string[] = []) =>
        codec.seal(
          cursorBehind(walk, reaches, { start, now: clock.now(), end: run === null ? null : positionOf(run), row }),
        ),
    };
  }

  /**
   * Finds out which lists there are to read, which may cost a call itself, and reads their newest ends if that is asked for.
   * No source waits for another one.
   */
  async function open(walk: Walk, settle: SettleReadings, operation: Operation, isNewest: boolean): Promise<void> {
    const read = new Set<PageSource>();
    for (const part of walk.parts) part.failure = sync.book.leftOut(part.source);
    const readings = walk.parts
      .filter(({ failure }) => failure === null)
      .map((part) => ({
        part,
        end: chooseLists(sync, part.source, walk.query, walk.wants, operation).then(async (lists) => {
          // A page that went on without the source has told where it stands already.
          if (part.isLate) return;
          part.lists = lists;
          if (isNewest && (await refreshStale(part, parts, operation))) read.add(part);
        }),
      }));
    await settle(readings);
    for (const part of walk.parts) part.wasAsked = part.failure !== null || read.has(part);
  }

  /** Reads on until the page is full, or nothing more can be had. */
  async function readOn(walk: Walk, settle: SettleReadings, operation: Operation): Promise<void> {
    for (let round = 1; ; round += 1) {
      const found = await readKnown(walk);
      const end = found.length > walk.size ? endOf(rowsOf(found, walk), walk.direction) : null;
      const reaches = await reachesOf(walk);
      const open = walk.parts.filter((part) => isOpen(part, reaches.get(part) ?? null, end, walk));
      if (open.length === 0 || operation.signal.aborted) return;
      // A keeper that is too small lets go of one source while another is read: the next page goes on from here.
      if (round > ROUNDS_MAX) for (const part of open) part.isLate = true;
      if (round > ROUNDS_MAX) return;
      await settle(
        open.flatMap((part) => part.lists.map((list) => ({ part, end: walk.direction.readOn(part, list, operation) }))),
      );
    }
  }

  async function readKnown(walk: Walk): Promise<readonly StoredRun[]> {
    const reaches = await reachesOf(walk);
    // What is known of a source that is not asked any more stays shown.
    const opened = walk.parts.filter((part) => part.lists.length > 0 || part.failure?.code === "NOT_SUPPORTED");
    const stretches = opened.map((part) => walk.direction.stretch(part, reaches.get(part) ?? null));
    const { query, wants, direction, size } = walk;
    return store.readPage({ stretches, query, direction: direction.sign, limit: size + 1, wants });
  }

  async function statesOf(
    all: readonly PageSource[],
    lagging: readonly PageSource[],
  ): Promise<readonly PageSourceState[]> {
    return Promise.all(
      all.map(async (part) => describe(part.source, !lagging.includes(part) && (await isSound(part)))),
    );
  }

  /** The rows as they are known now: reading may have told more of them since they were chosen. */
  async function readNow(runs: readonly StoredRun[], wants: Wants): Promise<readonly StoredRun[]> {
    const now = await store.readRuns(
      runs.map(({ run }) => run),
      wants,
    );
    return runs.map((stored, position) => now[position] ?? stored);
  }

  return {
    readStretch,
    async page(args, filter, wants, operation) {
      const request = readPageArguments(args);
      // The servers that a name stands for may change during a walk; its cursors stay good.
      const purpose = `runs\n${canonicalText({ ...filter, instanceKeyIn: undefined })}`;
      const stretch = await readStretch({ args: request, filter, wants: plainWants(wants), purpose }, operation);
      await sync.follower.follow(stretch.runs, operation);
      if (wants.output) await completeOutputs(sync, stretch, plainWants(wants), operation);
      const rows = await readNow(stretch.runs, plainWants(wants));
      await notePageLife(operation, { parts: stretch.parts, runs: rows, isRefreshed: request.cursor === null }, parts);
      const totalCount = wants.totalCount ? await countRuns(store, stretch.parts, filter) : null;
      return toPage(request, rows, stretch, totalCount);
    },
  };
}

/** Rounds of reading after which a page shows what it has. */
const ROUNDS_MAX = 200;

/** Everything that one page is read for. */
interface Walk {
  readonly direction: WalkDirection;
  readonly query: InvocationQuery;
  readonly wants: Wants;
  readonly size: number;
  /** Beyond this time nothing is meant. */
  readonly limit: number;
  readonly parts: readonly PageSource[];
}

function newPart(source: PageSource["source"], start: Position | null): PageSource {
  return { source, start, lists: [], failure: null, isLate: false, wasAsked: false };
}

function limitOf({ sign }: WalkDirection, { createdAfter, createdBefore }: InvocationQuery): number {
  if (sign > 0) return createdAfter === undefined ? LIST_END : Date.parse(createdAfter) - 1;
  return createdBefore === undefined ? LIST_HEAD : Date.parse(createdBefore) - 1;
}

/** Where a source begins: at its own place if it lagged, at the cursor, or where what is meant begins. */
function startOf(
  direction: WalkDirection,
  { createdAfter, createdBefore }: InvocationQuery,
  cursor: PageCursor | null,
  isRunAgain: boolean,
  rank: string,
): Position | null {
  const edge = direction.sign > 0 ? createdBefore : createdAfter;
  const meant = edge === undefined ? null : above(Date.parse(edge) - 1);
  if (cursor === null) return meant;
  const own = cursor.lagging.get(rank);
  return direction.later(meant, own ?? (isRunAgain ? besides(cursor.position, direction) : cursor.position));
}

/** The place next to a run's own, with no other run between, so that the run comes again. */
function besides(position: Position, { sign }: WalkDirection): Position {
  const { invokeId } = position;
  if (sign < 0) return { ...position, invokeId: `${invokeId}\u0000` };
  const before = String.fromCharCode(Math.max(0, invokeId.charCodeAt(invokeId.length - 1) - 1));
  return { ...position, invokeId: `${invokeId.slice(0, -1)}${before}\uffff` };
}

async function reachesOf({ parts, direction }: Walk): Promise<ReadonlyMap<PageSource, number | null>> {
  return new Map(await Promise.all(parts.map(async (part) => [part, await direction.reach(part)] as const)));
}

function rowsOf(found: readonly StoredRun[], { direction, size }: Walk): readonly StoredRun[] {
  return direction.sign > 0 ? found.slice(0, size) : found.slice(Math.max(0, found.length - size));
}

function endOf(rows: readonly StoredRun[], { sign }: WalkDirection): Position | null {
  const last = sign > 0 ? rows.at(-1) : rows[0];
  return last === undefined ? null : positionOf(last.run);
}

/** True if runs that belong on the page, or in front of its end, may not be known yet. */
function isOpen(part: PageSource, reach: number | null, end: Position | null, { direction, limit }: Walk): boolean {
  if (part.isLate || part.lists.length === 0 || direction.isAtEnd(reach, limit)) return false;
  return end === null || !direction.isReached(reach, end.time);
}

function isLagging(part: PageSource, reach: number | null, end: Position | null, walk: Walk): boolean {
  return part.isLate && (part.lists.length === 0 || isOpen({ ...part, isLate: false }, reach, end, walk));
}

/** Where the walk stands behind a row, and which sources stand elsewhere. */
function cursorBehind(
  { parts, direction, limit }: Walk,
  reaches: ReadonlyMap<PageSource, number | null>,
  at: {
    readonly start: Position | null;
    readonly end: Position | null;
    readonly now: number;
    readonly row: readonly string[];
  },
): PageCursor {
  const places = parts.map((part) => {
    const reach = reaches.get(part) ?? null;
    const isUnread = part.isLate && part.lists.length === 0;
    const isCovered =
      !isUnread && (direction.isAtEnd(reach, limit) || (at.end !== null && direction.isReached(reach, at.end.time)));
    const place = isCovered
      ? direction.later(part.start, at.end ?? direction.lastPlace)
      : direction.placeAtReach(part, isUnread ? null : reach, at.now);
    return { part, place };
  });
  const ends = places.map(({ place }) => place);
  const furthest = [at.start, ...ends].reduce((a, b) => direction.later(a, b), at.end);
  const position = furthest ?? (direction.sign > 0 ? above(at.now) : BEHIND_ALL);
  const lagging = new Map<string, Position>();
  for (const { part, place } of places) {
    if (place !== null && !isSame(place, position)) lagging.set(sourceRank(part.source), place);
  }
  return { position, lagging, row: at.row };
}

function isSame(a: Position, b: Position): boolean {
  return a.time === b.time && a.source === b.source && a.invokeId === b.invokeId;
}

function toPage(
  { direction, cursor, size }: PageRequestArguments,
  rows: readonly StoredRun[],
  stretch: RunStretch,
  totalCount: number | null,
): Page<Invocation> {
  const edges = rows.map(({ run }) => ({ node: run, cursor: () => stretch.cursorAt(run) }));
  const onward = (): string | null => (stretch.hasMore && size > 0 ? stretch.cursorAt(null) : null);
  const isForward = direction > 0;
  return {
    edges,
    hasNextPage: isForward ? stretch.hasMore : cursor !== null,
    hasPreviousPage: isForward ? cursor !== null : stretch.hasMore,
    startCursor: () => edges[0]?.cursor() ?? (isForward ? null : onward()),
    endCursor: () => edges.at(-1)?.cursor() ?? (isForward ? onward() : null),
    totalCount,
    sources: stretch.sources,
    isScanComplete: stretch.sources.every(({ isComplete }) => isComplete),
  };
}

/** Without what only pages know. */
export function plainWants({ output, content }: PageWants): Wants {
  return { output, content };
}
