import {
  createOwnFailure,
  type Invocation,
  type InvocationFilter,
  matchesNothing,
  namesSource,
  type Operation,
  type Projection,
  type Source,
  sourceKey,
  sourceRank,
  toQuery,
} from "#domain";
import { comparePositions, type Position, positionOf, type StoredRun } from "#store";
import type { PageSourceState } from "../contract/index.ts";
import { type CursorCodec, createCursorCodec, type PageCursor, type PageRequestArguments } from "../paging/index.ts";
import {
  aheadUpTo,
  askerOf,
  backwards,
  cursorBehind,
  doubtOf,
  endBehind,
  endOf,
  falseEndOf,
  findLacking,
  forwards,
  type Ground,
  groundBehind,
  hasDoubtful,
  isLagging,
  isSound,
  limitOf,
  listFailureOf,
  newPart,
  type PageSource,
  reachesOf,
  readAhead,
  readAtOf,
  refusalOf,
  refuseIfAllFailed,
  rowsOf,
  startOf,
  throwIfGone,
  type Walk,
} from "../walk/index.ts";
import { createSettler } from "./patience.ts";
import { dependsOnState } from "./states.ts";
import { fallBack, openSources, type RunPagesParts, readKnown, readOn } from "./stretch-reading.ts";

/** A stretch of the list of runs, and where to go on from each of its rows. */
export interface RunStretch {
  /** What was asked with; null at the list's beginning. */
  readonly cursor: PageCursor | null;
  readonly runs: readonly StoredRun[];
  readonly hasMore: boolean;
  readonly sources: readonly PageSourceState[];
  /** True if the stretch goes on without a source, which owes what it has here: reading on brings nothing now. */
  readonly isLagging: boolean;
  /** True if runs that it should hold may be missing. A run that is here and lacks instances is not missing. */
  readonly lacksRuns: boolean;
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
  readonly projection: Projection;
  /** What the cursors are for: lists of another kind, or with more of a filter, take no other's. */
  readonly purpose: string;
  /** True if the runs' states are what matters, as for statistics: those of unfinished runs are read first. */
  readonly isByState?: boolean;
  /** True if the run at the cursor is wanted again, since it has more rows. */
  readonly isRunAgain?: (cursor: PageCursor) => boolean;
}

/** Reads a stretch of the runs of every source: from the store, and what it does not know is read first. */
export async function readStretch(
  request: StretchRequest,
  parts: RunPagesParts,
  operation: Operation,
): Promise<RunStretch> {
  const { store, sync, sealer } = parts;
  const { args, filter } = request;
  const sources = sync.book.states().flatMap(({ source }) => (namesSource(filter, source) ? [source] : []));
  const codec = createCursorCodec(sealer, request.purpose, sources);
  const cursor = args.cursor === null ? null : codec.open(args.cursor, args.cursorArgument);
  const walk = beginWalk(request, sources, cursor, operation);
  const settle = createSettler(parts, async () => {
    // The soft deadlines of hundreds may pass in one round of the event loop.
    await operation.pass?.();
    return (await readKnown(walk, store)).length > 0;
  });
  if (!matchesNothing(filter)) {
    // Pages behind a cursor go by the states that were read for the first one.
    const isNewest = cursor === null;
    const isByState = isNewest && (request.isByState === true || dependsOnState(walk.query));
    await openSources(walk, parts, settle, operation, { isNewest, isByState });
    throwIfGone(operation);
    await readOn(walk, store, settle, operation);
    await fallBack(walk, sync);
  }
  return cut(walk, parts, cursor, codec, request.isRunAgain === undefined);
}

/** Every source where the cursor, or the list's beginning, puts it. */
function beginWalk(
  { args, filter, projection, isRunAgain }: StretchRequest,
  sources: readonly Source[],
  cursor: PageCursor | null,
  operation: Operation,
): Walk {
  const direction = args.direction > 0 ? forwards : backwards;
  const query = toQuery(filter);
  const again = cursor !== null && isRunAgain?.(cursor) === true;
  return {
    direction,
    query,
    projection,
    size: args.size,
    limit: limitOf(direction, query),
    asker: askerOf(operation),
    parts: sources.map((source) => {
      const rank = sourceRank(source);
      const shown = direction.sign > 0 ? (cursor?.lagging.get(rank)?.shown ?? null) : null;
      const start = startOf(direction, query, cursor, again, rank);
      return newPart({ source, start, shown });
    }),
  };
}

/** The page as far as it is known. `mayShowAhead` is false for lists with several rows a run, whose cursors need the order. */
async function cut(
  walk: Walk,
  { store, sync, describe, clock }: RunPagesParts,
  cursor: PageCursor | null,
  codec: CursorCodec,
  mayShowAhead: boolean,
): Promise<RunStretch> {
  const { direction, size, parts: sources } = walk;
  const found = await readKnown(walk, store);
  const reaches = await reachesOf(walk);
  const isFull = found.length > size;
  const rows = rowsOf(found, walk);
  const ahead = mayShowAhead ? await readAhead(store, walk, reaches, size - rows.length) : [];
  const end = isFull ? endOf(rows, direction) : null;
  const lagging = sources.filter((part) => isLagging(part, reaches.get(part) ?? null, end, walk));
  // What was read before is known, as far as it goes.
  const isKnown = async ({ source, failure }: PageSource): Promise<boolean> =>
    failure !== null && (sync.book.isKnown(source) || (await sync.findKnown(source)).length > 0);
  const runs = ahead.length === 0 ? rows : [...rows, ...ahead].sort(byPosition);
  const unanswered = sources.filter((part) => lagging.includes(part) || refusalOf(part) !== null);
  if (runs.length === 0) {
    const areKnown = await Promise.all(unanswered.map(isKnown));
    refuseIfAllFailed(
      sources,
      unanswered.filter((_part, index) => areKnown[index] !== true),
    );
  }
  const start = cursor?.position ?? null;
  const [newest, oldest] = direction.sign > 0 ? [start, end] : [end, start];
  // Cursors name this instant while a source was never read: each row has one cursor, whenever it is asked for.
  const now = clock.now();
  const told = await statesOf(walk, { store, sync, describe }, lagging, { start, newest, oldest, runs });
  return {
    cursor,
    runs,
    hasMore: isFull || lagging.length > 0,
    isLagging: lagging.length > 0,
    lacksRuns: told.some(({ lacksRuns }) => lacksRuns),
    parts: sources,
    sources: told.map(({ state }) => state),
    cursorAt: (run: Invocation | null, row: readonly string[] = []) => {
      const place = { start, now, end: endBehind(run, rows, ahead), row };
      return codec.seal(cursorBehind(walk, reaches, { ...place, aheadOf: aheadUpTo(ahead, run) }));
    },
    ground: lagging.length > 0 ? null : groundBehind(walk, reaches, end, codec),
  };
}

interface StretchBounds extends Pick<RunStretch, "runs"> {
  /** Where the walk came to before. */
  readonly start: Position | null;
  /** Where the page ends among newer and among older runs; null if it goes as far as anything is known. */
  readonly newest: Position | null;
  readonly oldest: Position | null;
}

/** How each source fared for the page, and whether runs of it may be missing. */
async function statesOf(
  walk: Walk,
  { store, sync, describe }: Pick<RunPagesParts, "store" | "sync" | "describe">,
  lagging: readonly PageSource[],
  { start, newest, oldest, runs }: StretchBounds,
): Promise<readonly { readonly state: PageSourceState; readonly lacksRuns: boolean }[]> {
  const lacking = new Set(runs.flatMap(({ run }) => (run.missingInstances ? [sourceKey(run.source)] : [])));
  return Promise.all(
    walk.parts.map(async (part) => {
      const { source } = part;
      const falseEnd = await falseEndOf(part);
      const isReached = falseEnd !== null && (oldest === null || oldest.time <= falseEnd.time);
      const flaw = isReached ? falseEnd.why : await findLacking(store, part, walk, start);
      const refusal = refusalOf(part);
      const own = refusal ?? (flaw === null ? null : createOwnFailure(source, "BAD_RESPONSE", flaw));
      // A source without a list for this has nothing that could be old.
      const hasList = part.lists.length > 0 || part.isLate;
      const asOf = hasList
        ? earlier(await readAtOf(part), part.states?.readAt ?? null)
        : sync.book.stateOf(source).asOf;
      const isRead = !hasList || asOf !== null;
      const isEachRead = isRead && part.states?.isWhole !== false && !lagging.includes(part);
      const isEachThere = isEachRead && own === null && (await isSound(part));
      const lacksRuns =
        !isEachThere ||
        (await hasDoubtful(store, doubtOf(part, walk.query), { source, after: newest, before: oldest }, walk.asker));
      const failing = await listFailureOf(part);
      const state = await describe(source, !lacksRuns && !lacking.has(sourceKey(source)), own, failing);
      const isCurrent = state.isCurrent && !part.isLate && refusal === null;
      return { state: { ...state, asOf, isCurrent }, lacksRuns };
    }),
  );
}

function earlier(readAt: number | null, statesAt: number | null): number | null {
  return readAt === null || statesAt === null ? readAt : Math.min(readAt, statesAt);
}

const byPosition = (a: StoredRun, b: StoredRun): number => comparePositions(positionOf(a.run), positionOf(b.run));
