import {
  canonicalText,
  type Invocation,
  type InvocationFilter,
  matchesNothing,
  namesSource,
  type Operation,
  sourceRank,
  toQuery,
  type Wants,
} from "#domain";
import { comparePositions, type Position, positionOf, type StoredRun } from "#store";
import type { Sync } from "#sync";
import { notePageLife } from "./answer-life.ts";
import type { Page, PageArguments, PageSourceState, PageWants, Sealer } from "./contract.ts";
import { findLacking, noteLateBefore } from "./late-runs.ts";
import { completeOutputs } from "./list-outputs.ts";
import { type PageRequestArguments, readPageArguments } from "./page-arguments.ts";
import { toPage } from "./page-assembly.ts";
import { type CursorCodec, createCursorCodec, type PageCursor } from "./page-cursor.ts";
import { refuseIfAllFailed } from "./page-failure.ts";
import { cursorBehind, endBehind, type Ground, groundBehind } from "./page-places.ts";
import { createSettler, type PageTiming, refreshStale, type SettleReadings } from "./page-reading.ts";
import { chooseLists, falseEndOf, isAnswered, isSound, type PageSource, readAtOf } from "./page-source.ts";
import { countRuns } from "./page-total.ts";
import { endOf, isLagging, isOpen, limitOf, newPart, reachesOf, rowsOf, startOf, type Walk } from "./page-walk.ts";
import { aheadUpTo, countShown, isShownAhead, readAhead } from "./runs-ahead.ts";
import type { DescribeSource } from "./source-states.ts";
import type { PageStore } from "./view/index.ts";
import { backwards, forwards } from "./walk-direction.ts";

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
  /** What needs no reading behind a full stretch; null if anything lags, and on the way back. */
  readonly ground: Ground | null;
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
      parts: sources.map((source) => {
        const rank = sourceRank(source);
        const shown = direction.sign > 0 ? (cursor?.lagging.get(rank)?.shown ?? null) : null;
        return newPart(source, startOf(direction, query, cursor, again, rank), shown);
      }),
    };
    const settle = createSettler(parts, async () => (await readKnown(walk)).length > 0);
    if (!matchesNothing(filter)) {
      await open(walk, settle, operation, cursor === null);
      await readOn(walk, settle, operation);
    }
    return { cursor, ...(await cut(walk, cursor, codec, request.isRunAgain === undefined)) };
  }

  /** The page as far as it is known. `mayShowAhead` is false for lists with several rows a run, whose cursors need the order. */
  async function cut(walk: Walk, cursor: PageCursor | null, codec: CursorCodec, mayShowAhead: boolean) {
    const { direction, size, parts: sources } = walk;
    const found = await readKnown(walk);
    const reaches = await reachesOf(walk);
    const isFull = found.length > size;
    const rows = rowsOf(found, walk);
    const ahead = mayShowAhead ? await readAhead(store, walk, reaches, size - rows.length) : [];
    const end = isFull ? endOf(rows, direction) : null;
    const lagging = sources.filter((part) => isLagging(part, reaches.get(part) ?? null, end, walk));
    // What was read before is known, as far as it goes.
    const isKnown = ({ source, failure }: PageSource): boolean => failure !== null && sync.book.isKnown(source);
    const runs = ahead.length === 0 ? rows : [...rows, ...ahead].sort(byPosition);
    refuseIfAllFailed(
      sources,
      runs.length,
      lagging.filter((part) => !isKnown(part)),
    );
    const start = cursor?.position ?? null;
    const oldest = direction.sign > 0 ? end : start;
    return {
      runs,
      hasMore: isFull || lagging.length > 0,
      parts: sources,
      sources: await statesOf(walk, lagging, start, oldest),
      cursorAt: (run: Invocation | null, row: readonly string[] = []) => {
        const place = { start, now: clock.now(), end: endBehind(run, rows, ahead), row };
        return codec.seal(cursorBehind(walk, reaches, { ...place, aheadOf: aheadUpTo(ahead, run) }));
      },
      ground: lagging.length > 0 ? null : groundBehind(walk, reaches, end, codec),
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
          if (!isNewest) await noteLateBefore(part);
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
      // One row known says all that an empty page has to say.
      if (walk.size === 0 && found.length > 0) return;
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
    const opened = walk.parts.filter(isAnswered);
    const stretches = opened.map((part) => walk.direction.stretch(part, reaches.get(part) ?? null));
    const { query, wants, direction, size } = walk;
    const limit = size + 1 + countShown(opened);
    const found = await store.readPage({ stretches, query, direction: direction.sign, limit, wants });
    const isShown = isShownAhead(opened);
    return found.filter((stored) => !isShown(stored)).slice(0, size + 1);
  }

  /** @param oldest where the page ends among older runs; null if it goes as far as anything is known */
  async function statesOf(
    walk: Walk,
    lagging: readonly PageSource[],
    cursor: Position | null,
    oldest: Position | null,
  ): Promise<readonly PageSourceState[]> {
    return Promise.all(
      walk.parts.map(async (part) => {
        const falseEnd = await falseEndOf(part);
        const isReached = falseEnd !== null && (oldest === null || oldest.time <= falseEnd.time);
        const flaw = isReached ? falseEnd.why : await findLacking(store, part, walk, cursor);
        // A source without a list for this has nothing that could be old.
        const hasList = part.lists.length > 0 || part.isLate;
        const asOf = hasList ? await readAtOf(part) : sync.book.stateOf(part.source).asOf;
        const isRead = !hasList || asOf !== null;
        const isComplete = isRead && !lagging.includes(part) && flaw === null && (await isSound(part));
        return { ...(await describe(part.source, isComplete, flaw)), asOf };
      }),
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
      return toPage(request, {
        edges: rows.map(({ run }) => ({ node: run, cursor: () => stretch.cursorAt(run) })),
        hasMore: stretch.hasMore,
        onward: () => (stretch.hasMore && request.size > 0 ? stretch.cursorAt(null) : null),
        totalCount,
        sources: stretch.sources,
      });
    },
  };
}

/** Rounds of reading after which a page shows what it has. */
const ROUNDS_MAX = 200;

const byPosition = (a: StoredRun, b: StoredRun): number => comparePositions(positionOf(a.run), positionOf(b.run));

/** Without what only pages know. */
export function plainWants({ output, content }: PageWants): Wants {
  return { output, content };
}
