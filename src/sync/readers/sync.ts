import { type Clock, type InvocationQuery, type Operation, type Projection, type Source, sourceKey } from "#domain";
import { LIST_END, LIST_HEAD, type ReadingTurns, type RunStore } from "#store";
import type { Upstream } from "#upstreams";
import { findHole, type KnownList, type ListParts, openKnownLists, recallKnownList } from "../lists/index.ts";
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
  const names = createListNames(parts);
  const openLists: Sync["openLists"] = async (source, query, projection, operation) => {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return [];
    const opened = await openKnownLists(parts, upstream, query, projection, operation);
    const hole = await findHole(parts, upstream, query, opened);
    const lists = hole === null ? opened : [...opened, hole];
    if (Object.keys(query).length === 0) {
      noteAll(source, lists);
      await names.keep(source, opened);
    }
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
    return lists.length === 0 ? null : boundOfAll(lists);
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
      return (await falseEndsOf(lists)).length === 0 ? lists : null;
    },
    async findKnown(source) {
      const [now, before] = [await boundOf(source), await boundOf(source, formerRuns)];
      const isBefore = (before ?? LIST_HEAD) < (now ?? LIST_HEAD);
      // Which lists there are, a process that has just begun may not find out.
      if ((isBefore ? before : (now ?? LIST_HEAD)) === LIST_HEAD) return (await names.recall(source)).map(asFormer);
      const lists = (isBefore ? formerRuns : allRuns).get(sourceKey(source)) ?? [];
      return lists.map((list) => (isBefore ? asFormer(list) : { ...list, isExact: false, total: async () => null }));
    },
    async oldestKnown(source) {
      const bound = await boundOf(source);
      if (bound === null || bound === LIST_HEAD) return null;
      const ends = await falseEndsOf(allRuns.get(sourceKey(source)) ?? []);
      const known = Math.max(bound, ...ends);
      return known === LIST_END ? store.oldestTime(source) : known;
    },
  };
}

/** Keeps which lists are those of all runs of a source, for processes to come. */
function createListNames(parts: ListParts) {
  const { store, clock } = parts;
  const kept = new Map<string, string>();
  return {
    /** Once something is known of each of them: others would show nothing. */
    async keep(source: Source, lists: readonly KnownList[]): Promise<void> {
      const keys = keysOf(lists);
      if (lists.length === 0 || kept.get(sourceKey(source)) === keys) return;
      if ((await boundOfAll(lists)) === LIST_HEAD) return;
      const record = await store.readList(source, LIST_NAMES);
      const notes = { lists: lists.map(({ key, applied }) => ({ key, applied })) };
      await store.write({ source, readAt: clock.now(), list: { key: LIST_NAMES, record: { ...record, notes } } });
      kept.set(sourceKey(source), keys);
    },
    async recall(source: Source): Promise<readonly KnownList[]> {
      const { notes } = await store.readList(source, LIST_NAMES);
      const { lists = [] } = (notes ?? {}) as { readonly lists?: readonly Pick<KnownList, "key" | "applied">[] };
      const recalled = lists.map((one) => recallKnownList(parts, source, one));
      return recalled.length > 0 && (await boundOfAll(recalled)) === LIST_HEAD ? [] : recalled;
    },
  };
}

/** The key under which the store holds which lists there are; no list has it. */
const LIST_NAMES = "all runs";

/** Down to which time, exclusive, all of these lists are known. */
async function boundOfAll(lists: readonly KnownList[]): Promise<number> {
  return Math.max(...(await Promise.all(lists.map((list) => list.boundBelow(LIST_HEAD)))));
}

/** Where lists are taken to end although they say that there is more. */
async function falseEndsOf(lists: readonly KnownList[]): Promise<readonly number[]> {
  const ends = await Promise.all(lists.map((list) => list.falseEnd()));
  return ends.flatMap((end) => end?.time ?? []);
}

/** A list that was the list of all runs before: it shows what it told, ends nowhere, and may lack what others hold by now. */
function asFormer(list: KnownList): KnownList {
  return {
    ...list,
    isExact: false,
    // Nobody tries to read it any more.
    failure: async () => null,
    total: async () => null,
    isSound: async () => false,
    boundBelow: async (from) => Math.max(0, await list.boundBelow(from)),
  };
}

function keysOf(lists: readonly KnownList[]): string {
  return JSON.stringify(lists.map(({ key }) => key).sort());
}
