import { LRUCache } from "lru-cache";
import {
  type Clock,
  type Invocation,
  type InvocationResult,
  invocationKey,
  isEndOwed,
  isFinalInstanceStatus,
  type Projection,
  type ResultRef,
  resultKey,
  type Source,
} from "#domain";
import type { ResultQuery } from "#upstreams";
import { bytesOf, holdsOutput, isFresh, isSettledExecution, isSettledRun } from "./freshness.ts";

/** Executions of runs that were read lately, each under its own name. */
export interface Histories {
  put(reading: HistoryReading): void;
  find(ref: ResultRef, projection: Projection, maxAgeMs: number): InvocationResult | undefined;
  /** Those that are meant; undefined unless they will do. Of any age they are what is known, whole or not, with or without outputs. */
  findAll(source: Source, query: HistoryQuery, projection: Projection, maxAgeMs: number): History | undefined;
}

/** Which executions of a run are meant: all, or those on some instances. */
export type HistoryQuery = Pick<ResultQuery, "invokeId" | "instanceIds">;

/** Executions of a run, in no order between those that were read apart. */
export interface History {
  readonly results: readonly InvocationResult[];
  /** False if others may be missing. */
  readonly isWhole: boolean;
}

/** What one reading told. A whole one replaces what was known of the instances that it means. */
export interface HistoryReading extends History {
  readonly source: Source;
  readonly query: HistoryQuery;
  /** Epoch milliseconds. */
  readonly readAt: number;
  /** The run as it was known before; null if it was not. */
  readonly run: Invocation | null;
}

interface Kept {
  readonly result: InvocationResult;
  readonly readAt: number;
  readonly rules: string | null;
}

interface Whole {
  readonly readAt: number;
  /** True if nothing can come any more. */
  readonly isSettled: boolean;
}

interface KeptRun {
  readonly executions: ReadonlyMap<string, Kept>;
  /** When an instance's executions were read whole, by its id. */
  readonly whole: ReadonlyMap<string, Whole>;
}

/** Stands for every instance. */
const ALL = "*";

/** A run with more is not kept. */
const BYTES_MAX = 64 * 1_024 * 1_024;
/** What a run, or an instance that was read, takes beside its executions. */
const BYTES_AN_ENTRY = 1_000;

/** Starts empty; an execution that is over never changes, since the next one has another name. */
export function createHistories(clock: Clock, rulesHash: () => string | null): Histories {
  const runs = new LRUCache<string, KeptRun>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ executions, whole }) =>
      BYTES_AN_ENTRY * (1 + whole.size) + bytesOf([...executions.values()].map(({ result }) => result)),
  });

  function serves({ result, readAt }: Kept, projection: Projection, maxMs: number): boolean {
    if (projection.output && !holdsOutput(result, false)) return false;
    const now = clock.now();
    const isSettled = isFinalInstanceStatus(result.status) && !isEndOwed(result, null, now);
    return isSettled || isFresh(readAt, { now, maxMs });
  }

  return {
    put({ source, query, results: told, isWhole: isToldWhole, readAt, run }) {
      // Of ids that nobody knows there would be millions.
      if (run === null && told.length === 0) return;
      const key = invocationKey({ source, invokeId: query.invokeId });
      const before = runs.get(key);
      const isOlder = (one: { readonly readAt: number } | undefined): boolean =>
        one !== undefined && one.readAt > readAt;
      const results = told.filter((result) => !isOlder(before?.executions.get(resultKey(result))));
      // A reading that began earlier and ended later replaces nothing.
      const others = [...(before?.whole ?? [])].filter(([id]) => id === ALL || isMeant({ instanceId: id }, query));
      const isWhole = isToldWhole && !others.some(([, one]) => isOlder(one));
      const isOther = ([, { result }]: readonly [string, Kept]): boolean => !isWhole || !isMeant(result, query);
      const isOver = (one: InvocationResult): boolean =>
        isSettledExecution(one, run, readAt) && holdsOutput(one, false);
      // One that is timed will be carried out again, whatever its status says.
      const isSettled = run?.timed === false && isSettledRun(run, readAt) && results.every(isOver);
      const rules = rulesHash();
      runs.set(key, {
        executions: new Map([
          ...[...(before?.executions ?? [])].filter(isOther),
          ...results.map(
            (result) => [resultKey(result), { result, readAt, rules: result.output?.redactedBy ?? rules }] as const,
          ),
        ]),
        whole: new Map([
          ...(isWhole && query.instanceIds === undefined ? [] : (before?.whole ?? [])),
          ...(isWhole ? instancesOf(query) : []).map((id) => [id, { readAt, isSettled }] as const),
        ]),
      });
    },
    find(ref, projection, maxMs) {
      const found = runs.get(invocationKey(ref))?.executions.get(resultKey(ref));
      if (found === undefined || found.rules !== rulesHash()) return undefined;
      return serves(found, projection, maxMs) ? found.result : undefined;
    },
    findAll(source, query, projection, maxMs) {
      const run = runs.get(invocationKey({ source, invokeId: query.invokeId }));
      if (run === undefined) return undefined;
      const now = clock.now();
      const isOfAnyAge = maxMs === Number.POSITIVE_INFINITY;
      const wasRead = (id: string): boolean => {
        const read = wholeOf(run, id);
        // What goes on may have been carried out again since.
        return read?.isSettled === true || (!isOfAnyAge && isFresh(read?.readAt, { now, maxMs }));
      };
      const meant = [...run.executions.values()].filter(({ result }) => isMeant(result, query));
      const own = meant.filter(({ rules }) => rules === rulesHash());
      const isWhole = own.length === meant.length && instancesOf(query).every(wasRead);
      const results = own.map(({ result }) => result);
      if (isOfAnyAge) return isWhole || results.length > 0 ? { results, isWhole } : undefined;
      return isWhole && own.every((one) => serves(one, projection, maxMs)) ? { results, isWhole } : undefined;
    },
  };
}

/** The latest reading that told all executions on an instance, or on every one. */
function wholeOf(run: KeptRun | undefined, id: string): Whole | undefined {
  const [own, all] = [run?.whole.get(id), run?.whole.get(ALL)];
  return own !== undefined && (all === undefined || own.readAt >= all.readAt) ? own : all;
}

function isMeant({ instanceId }: Pick<InvocationResult, "instanceId">, { instanceIds }: HistoryQuery): boolean {
  return instanceIds?.includes(instanceId) ?? true;
}

function instancesOf({ instanceIds }: HistoryQuery): readonly string[] {
  return instanceIds ?? [ALL];
}
