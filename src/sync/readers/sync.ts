import { type Clock, type InvocationQuery, type Operation, type Projection, type Source, sourceKey } from "#domain";
import { LIST_END, LIST_HEAD, type ReadingTurns, type RunStore } from "#store";
import type { Upstream } from "#upstreams";
import { type KnownList, openKnownLists } from "../lists/index.ts";
import { createSingleFlight, createSourceBook, type SourceBook } from "../sources/index.ts";
import { createFollower, type Follower } from "./follow.ts";
import { type CompleteInstances, createCompleteInstances } from "./lacking-instances.ts";
import { createResultLists, type ResultLists } from "./result-lists.ts";
import { createResultReader, type ResultReader } from "./result-reader.ts";
import { createRunReader, type RunReader } from "./run-reader.ts";
import { createServerReader, type ServerReader } from "./servers.ts";

/** Keeps the store true: reads lists on at both ends, follows what is unfinished, shares one reading among all who wait for it. */
export interface Sync {
  readonly book: SourceBook;
  readonly runs: RunReader;
  readonly results: ResultReader;
  readonly completeInstances: CompleteInstances;
  readonly resultLists: ResultLists;
  readonly servers: ServerReader;
  readonly follower: Follower;
  /** The lists whose union holds every run that the query means; none if the source is not configured. @throws UpstreamError */
  openLists(
    source: Source,
    query: InvocationQuery,
    projection: Projection,
    operation: Operation,
  ): Promise<readonly KnownList[]>;
  /** The lists of all runs of a source, if they are known to their end; null if not. Costs no upstream call. */
  findWhole(source: Source): Promise<readonly KnownList[] | null>;
  /**
   * The lists of all runs of a source as far as they are known, for a narrower query that cannot be read: they tell no totals. None if
   * nothing is known. Costs no upstream call.
   */
  findKnown(source: Source): Promise<readonly KnownList[]>;
  /** How far back the runs of a source are known without a gap, in epoch milliseconds; null if they are not known at all. */
  oldestKnown(source: Source): Promise<number | null>;
}

/** What keeping the store true is made of. */
export interface SyncOptions {
  /** One for each source, in the order in which sources are named. */
  readonly upstreams: readonly Upstream[];
  readonly store: RunStore;
  readonly clock: Clock;
  /** How old what still moves may be, in milliseconds. */
  readonly freshnessMs: number;
  /** Whose turn it is among several gateways on one store. */
  readonly turns: ReadingTurns;
  /** Hash of the redaction rules of the moment: what was read by others is read again. None if absent. */
  readonly rulesHash?: () => string | null;
}

/** Puts the readers together over one store. */
export function createSync({ upstreams, store, clock, freshnessMs, turns, rulesHash = () => null }: SyncOptions): Sync {
  const book = createSourceBook(upstreams, clock);
  const singleFlight = createSingleFlight();
  const parts = { store, book, singleFlight, clock, freshnessMs, turns, rulesHash };
  const runs = createRunReader(parts);
  const results = createResultReader(parts);
  const allRuns = new Map<string, readonly KnownList[]>();
  /** Before the lists of all runs were others, as when an action may be used no more. */
  const formerRuns = new Map<string, readonly KnownList[]>();
  const openLists: Sync["openLists"] = async (source, query, projection, operation) => {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return [];
    const lists = await openKnownLists(parts, upstream, query, projection, operation);
    if (Object.keys(query).length === 0) noteAll(source, lists);
    return lists;
  };
  const noteAll = (source: Source, lists: readonly KnownList[]): void => {
    const key = sourceKey(source);
    const before = allRuns.get(key) ?? [];
    if (keysOf(before) !== keysOf(lists)) formerRuns.set(key, before);
    allRuns.set(key, lists);
  };
  const boundOf = async (source: Source, all = allRuns): Promise<number | null> => {
    const lists = all.get(sourceKey(source)) ?? [];
    const bounds = await Promise.all(lists.map((list) => list.boundBelow(LIST_HEAD)));
    return lists.length === 0 ? null : Math.max(...bounds);
  };
  return {
    book,
    runs,
    results,
    completeInstances: createCompleteInstances(parts, results),
    resultLists: createResultLists(parts),
    servers: createServerReader(parts),
    follower: createFollower({
      ...parts,
      runs,
      openLists: (source, status, operation) =>
        openLists(source, { statusIn: [status] }, { output: false, content: false }, operation),
    }),
    openLists,
    async findWhole(source) {
      if ((await boundOf(source)) !== LIST_END) return null;
      const lists = allRuns.get(sourceKey(source)) ?? [];
      const falseEnds = await Promise.all(lists.map((list) => list.falseEnd()));
      return falseEnds.every((end) => end === null) ? lists : null;
    },
    async findKnown(source) {
      const [now, before] = [await boundOf(source), await boundOf(source, formerRuns)];
      const isBefore = (before ?? LIST_HEAD) < (now ?? LIST_HEAD);
      if ((isBefore ? before : (now ?? LIST_HEAD)) === LIST_HEAD) return [];
      const lists = (isBefore ? formerRuns : allRuns).get(sourceKey(source)) ?? [];
      return lists.map((list) => (isBefore ? asFormer(list) : { ...list, isExact: false, total: async () => null }));
    },
    async oldestKnown(source) {
      const bound = await boundOf(source);
      if (bound === null || bound === LIST_HEAD) return null;
      return bound === LIST_END ? store.oldestTime(source) : bound;
    },
  };
}

/** A list that was the list of all runs before: it shows what it told, ends nowhere, and may lack what others hold by now. */
function asFormer(list: KnownList): KnownList {
  return {
    ...list,
    isExact: false,
    total: async () => null,
    isSound: async () => false,
    boundBelow: async (from) => Math.max(0, await list.boundBelow(from)),
  };
}

function keysOf(lists: readonly KnownList[]): string {
  return JSON.stringify(lists.map(({ key }) => key).sort());
}
