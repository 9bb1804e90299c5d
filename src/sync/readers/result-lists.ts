import { LRUCache } from "lru-cache";
import { type InvocationResult, type Operation, resultKey, type Source, sourceKey } from "#domain";
import { DeadPlaceError, type Place, type ResultList, type ResultListQuery } from "#upstreams";
import { bytesOf, isFresh } from "./freshness.ts";
import type { ReaderParts } from "./reader-parts.ts";

/** Results as far as their list was read, in its order. */
export interface ListedResults {
  readonly results: readonly InvocationResult[];
  /** True if the list was read to its end. */
  readonly isWhole: boolean;
  /** False if a record of it could not be read, or if it tells of more than it shows. */
  readonly isSound: boolean;
}

/** Reads lists of results, for runs that no list of runs tells. */
export interface ResultLists {
  /**
   * Reads on until `isEnough`, at most 20 answers. Null if the source has no such list.
   * @param isNewest true if the newest results matter: then only what is fresh is not read again
   * @throws UpstreamError
   */
  read(
    source: Source,
    query: ResultListQuery,
    isNewest: boolean,
    isEnough: (results: readonly InvocationResult[]) => boolean,
    operation: Operation,
  ): Promise<ListedResults | null>;
}

interface Known {
  readonly results: ReadonlyMap<string, InvocationResult>;
  readonly next: Place | null;
  readonly isSound: boolean;
  /** How many records it had so far. */
  readonly length: number;
  readonly readAt: number;
}

const ANSWERS_MAX = 20;
/** How long a walk can go on in what was read of a list. */
const WALK_MS = 60_000;
const BYTES_MAX = 16 * 1_024 * 1_024;
/** Remembers what was read lately; each result is also written to the store. */
export function createResultLists({
  store,
  book,
  singleFlight,
  clock,
  freshnessMs,
  rulesHash,
}: ReaderParts): ResultLists {
  const lists = new LRUCache<string, Known>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ results }) => 1 + bytesOf([...results.values()]),
  });

  async function readMore(list: ResultList, source: Source, before: Known | undefined, operation: Operation) {
    const readAt = clock.now();
    const read = (noted: Operation) => list.read(before?.next ?? null, noted);
    const page = await book.results.watch(source, read, operation, true);
    await store.write({ source, readAt, results: page.results });
    const results = new Map(before?.results);
    for (const result of page.results) results.set(resultKey(result), result);
    const { length: passed = 0 } = before ?? {};
    // Pages begin with the last record of the one before, or, behind a short one, further down than records were seen.
    const length = Math.max(passed, Math.min(page.offset ?? passed, passed) + page.length);
    const isCut = page.next === null && page.total !== null && page.total > length;
    const isSound = page.unreadable === 0 && !isCut && before?.isSound !== false;
    return { results, next: page.next, isSound, length, readAt: before?.readAt ?? readAt };
  }

  function findKnown(name: string, isNewest: boolean): Known | undefined {
    const known = lists.get(name);
    const maxMs = isNewest ? freshnessMs : WALK_MS;
    return isFresh(known?.readAt, { now: clock.now(), maxMs }) ? known : undefined;
  }

  return {
    async read(source, query, isNewest, isEnough, operation) {
      const list = book.findUpstream(source)?.openResultList?.(query);
      if (list === undefined) return null;
      const name = `listed|${sourceKey(source)}|${rulesHash()}|${list.key}`;
      let known = findKnown(name, isNewest);
      for (let answers = 0; answers < ANSWERS_MAX && !isDone(known, isEnough); answers += 1) {
        const from = known;
        try {
          const flight = `${name}|${JSON.stringify(from?.next ?? null)}`;
          known = await singleFlight.share(flight, source, operation, (shared) => readMore(list, source, from, shared));
          lists.set(name, known);
        } catch (error) {
          if (!(error instanceof DeadPlaceError)) throw error;
          known = undefined;
        }
      }
      const { next, isSound = true } = known ?? {};
      return { results: [...(known?.results.values() ?? [])], isWhole: next === null, isSound };
    },
  };
}

function isDone(known: Known | undefined, isEnough: (results: readonly InvocationResult[]) => boolean): boolean {
  return known !== undefined && (known.next === null || isEnough([...known.results.values()]));
}
