import {
  type Clock,
  completeRun,
  createOwnFailure,
  type Invocation,
  type InvocationQuery,
  mayBeCut,
  namesSomething,
  narrowRuns,
  type Operation,
  type Projection,
  type Source,
  sourceKey,
} from "#domain";
import { above, NO_TIME, type ReadingTurns, type RunStore, type RunWrite } from "#store";
import { DeadPlaceError, type Place, type RunList } from "#upstreams";
import type { SingleFlight, SourceBook } from "../sources/index.ts";
import {
  type IndexedPage,
  isLast,
  type ListNotes,
  type ListState,
  stateOf,
  timesOf,
  withIndexes,
} from "./list-notes.ts";

/** What lists are read with. */
export interface ListParts {
  readonly store: RunStore;
  readonly book: SourceBook;
  readonly clock: Clock;
  readonly singleFlight: SingleFlight;
  /** Other gateways may want to read the same. */
  readonly turns: ReadingTurns;
}

/** One list of a source: what it answers, and what the store holds of it. Decides nothing. */
export interface OpenList extends Pick<RunList, "placeAt"> {
  /** Name of the list among all that are read. */
  readonly name: string;
  /** True for a list that runs can enter later, at any place. */
  readonly isEnteredLater: boolean;
  /** Epoch milliseconds. */
  now(): number;
  /** What is known of the list now. A keeper lets go of runs at any time: to be looked up again after an upstream call. */
  load(): Promise<ListState>;
  /** Writes an answer together with what is known of the list now, as one step. */
  keep(page: IndexedPage, state: ListState): Promise<void>;
  writeRuns(page: Pick<IndexedPage, "readAt" | "runs">): Promise<void>;
  writeState(state: ListState): Promise<void>;
  /** Those of these runs that nobody knows. */
  findNew(runs: readonly Invocation[]): Promise<readonly Invocation[]>;
  /** How many runs of the list are known that were created at this time. */
  countAt(time: number): Promise<number>;
  /** Reads one answer. @param offset where a token list stands, which does not tell. @throws DeadPlaceError @throws UpstreamError */
  read(place: Place | null, offset: number, operation: Operation): Promise<IndexedPage>;
  /** The same. @throws DeadPlaceError if the list answers in another mode: places and indexes are those of one mode */
  readInMode(mode: ListNotes["mode"], place: Place | null, offset: number, operation: Operation): Promise<IndexedPage>;
  /** Reads together with all who read the same. */
  share<Value>(what: string, operation: Operation, read: (shared: Operation) => Promise<Value>): Promise<Value>;
  /** Throws that the list cannot be read on, and notes it of the source, whose newest end may be read without fault. */
  fail(why: string, operation: Operation): Promise<never>;
}

const NOTHING: Projection = { output: false, content: false };

/** Opens a list of a source, for what a query means. */
export function openList(
  parts: ListParts,
  source: Source,
  list: RunList,
  query: InvocationQuery,
  projection: Projection,
): OpenList {
  const { store, book, clock, singleFlight } = parts;
  const { key, applied } = list;
  const name = `${sourceKey(source)}|${key}|${projection.output}`;
  const isEnteredLater = applied.statusIn !== undefined || applied.timed !== undefined;

  // A list that the status does not narrow is not asked for it.
  const isNamed = namesSomething({ ...query, statusIn: applied.statusIn } as InvocationQuery);

  const load = async (): Promise<ListState> => stateOf(await store.readList(source, key));
  const read: OpenList["read"] = async (place, offset, operation) => {
    const begunAt = clock.now();
    // A place that is dead is no failure of its source.
    const page = await book.watchList(
      source,
      key,
      (noted) => list.read(place, noted).catch(orDeadPlace),
      operation,
      isNamed,
    );
    if (page instanceof DeadPlaceError) throw page;
    const { instanceId } = applied;
    const isOfList = ({ instances }: Invocation): boolean =>
      instanceId === undefined || instances.some((one) => one.instanceId === instanceId);
    const told = page.runs.map((run) => completeRun(run, applied)).map((run) => (isOfList(run) ? run : asCut(run)));
    const runs = narrowRuns(told, instanceId);
    return withIndexes({ ...page, runs }, offset, begunAt, isOfList);
  };

  return {
    name,
    isEnteredLater,
    placeAt: list.placeAt,
    now: () => clock.now(),
    load,
    keep: (page, state) =>
      store.write({
        source,
        readAt: page.readAt,
        runs: page.runs,
        list: { key, record: state },
        ...(isEnteredLater || list.isPart === true || page.isUnordered || list.mayLack?.() === true
          ? {}
          : droppedBehind(page, applied)),
      }),
    writeRuns: ({ readAt, runs }) => store.write({ source, readAt, runs }),
    writeState: (state) => store.write({ source, readAt: clock.now(), list: { key, record: state } }),
    async findNew(runs) {
      const known = await store.readRuns(runs, NOTHING);
      return runs.filter((_, position) => known[position] === null);
    },
    countAt: (time) =>
      store.count({ stretches: [{ source, after: above(time), before: above(time - 1) }], query: applied }),
    read,
    async readInMode(mode, place, offset, operation) {
      const page = await read(place, offset, operation);
      if (page.mode === mode) return page;
      throw new DeadPlaceError(createOwnFailure(source, "UNKNOWN", "The list has changed its mode."));
    },
    share: (what, operation, run) => singleFlight.share(`${what}|${name}`, source, operation, run, true),
    fail: (why, operation) =>
      book.watchListFailures(
        source,
        key,
        () => Promise.reject(createOwnFailure(source, "BAD_RESPONSE", why)),
        operation,
      ),
  };
}

/**
 * What an answer that shows its list's end tells of the runs that are known behind it: an upstream drops the oldest first. Nothing
 * if the answer holds no run with a time: an upstream that shows an empty list for once has not dropped everything. Holds for lists
 * that runs neither leave nor enter later, and that hold all of what their filter means.
 */
function droppedBehind(page: IndexedPage, applied: InvocationQuery): Pick<RunWrite, "dropped"> {
  const oldest = Math.min(...timesOf(page.runs).filter((time) => time !== NO_TIME));
  if (!isLast(page) || page.unreadable > 0 || !Number.isFinite(oldest)) return {};
  return { dropped: { ...applied, createdBefore: new Date(oldest).toISOString() } };
}

/** A run of an instance's list without that instance, with a mark if its record may be cut in front of it. */
function asCut(run: Invocation): Invocation {
  const isCut = run.instances.length > 0 && mayBeCut(run);
  return isCut && run.missingInstances === undefined ? { ...run, missingInstances: 1 } : run;
}

function orDeadPlace(error: unknown): DeadPlaceError {
  if (error instanceof DeadPlaceError) return error;
  throw error;
}
