import {
  hasRepeats,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  invocationKey,
  isFinalRun,
  mayBeCut,
  type Operation,
  type Projection,
  type ResultRef,
  resultKey,
  type Source,
} from "#domain";
import type { Asker } from "#store";
import { PartialResultsError, type ResultQuery } from "#upstreams";
import { readInTurn } from "../sources/index.ts";
import { type Absences, createAbsences } from "./absences.ts";
import { createHistories, type History, type HistoryQuery } from "./histories.ts";
import { createKnownResults, lastResultOf } from "./known-results.ts";
import type { ReaderParts } from "./reader-parts.ts";

/** Reads results of runs on instances. */
export interface ResultReader {
  /** What is known of results, in key order; undefined for those that have to be read, null for those that are known not to be. */
  findKnown(
    refs: readonly ResultRef[],
    projection: Projection,
    maxAgeMs?: number,
    asker?: Asker,
  ): Promise<readonly (InvocationResult | null | undefined)[]>;
  /** Latest results of a run that is not known itself, whatever their age; others of it may be missing. */
  findLoose(ref: InvocationRef): Promise<readonly InvocationResult[]>;
  /**
   * What was read of the executions of a run, on some instances if they are given; undefined if they have to be read. With
   * `Infinity` for the age it may lack some, and outputs.
   */
  findHistory(
    source: Source,
    query: HistoryQuery,
    projection: Projection,
    maxAgeMs?: number,
  ): Promise<History | undefined>;
  /** Results of one run from the upstream. @throws UpstreamError */
  read(
    source: Source,
    query: ResultQuery,
    projection: Projection,
    operation: Operation,
  ): Promise<readonly InvocationResult[]>;
  isUnderWay(source: Source, query: ResultQuery, projection: Projection): boolean;
  /** Notes that the upstream has no such result. */
  noteAbsent(ref: ResultRef): void;
  /** True if the run may have instances that nobody has seen: its record may be cut, and its results were not all read. */
  mayHaveOthers(run: Invocation): boolean;
}

const NOTHING: Projection = { output: false, content: false };

/** Results: what is final is read once, what moves when it is older than the freshness. */
export function createResultReader(parts: ReaderParts): ResultReader {
  const { store, book, singleFlight, clock, turns, freshnessMs } = parts;
  const absences = createAbsences(clock, freshnessMs);
  const owed = createAbsences(clock, freshnessMs);
  const untold = createAbsences(clock, freshnessMs);
  const whole = createAbsences(clock, 0);
  const histories = createHistories(clock, parts.rulesHash);
  const known = createKnownResults(parts, { absences, owed, untold }, histories);

  const mayHaveOthers = (run: Invocation): boolean =>
    run.missingInstances !== undefined ||
    (mayBeCut(run) && !whole.has(invocationKey(run), isFinalRun(run) ? Number.POSITIVE_INFINITY : freshnessMs));

  /**
   * The query, with the instances that the run shows if it may have others and one of these is asked for: a run that is known with one
   * instance more than fifty would pass for whole.
   */
  async function widen(source: Source, query: ResultQuery): Promise<ResultQuery> {
    const { invokeId, instanceIds, includeHistory } = query;
    if (instanceIds === undefined || includeHistory) return query;
    const [stored] = await store.readRuns([{ source, invokeId }], NOTHING);
    const shown = stored?.run.instances.map(({ instanceId }) => instanceId) ?? [];
    if (!stored || !mayHaveOthers(stored.run) || instanceIds.every((id) => shown.includes(id))) return query;
    return { ...query, instanceIds: [...new Set([...shown, ...instanceIds])] };
  }

  async function readUpstream(
    source: Source,
    query: ResultQuery,
    projection: Projection,
    operation: Operation,
  ): Promise<readonly InvocationResult[]> {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return [];
    const readAt = clock.now();
    const [stored = null] = query.includeHistory
      ? await store.readRuns([{ source, invokeId: query.invokeId }], NOTHING)
      : [];
    const putHistory = (results: readonly InvocationResult[], isWhole: boolean) =>
      histories.put({ source, query, results, isWhole, readAt, run: stored?.run ?? null });
    const keepPart = async (error: unknown): Promise<never> => {
      if (!(error instanceof PartialResultsError)) throw error;
      if (query.includeHistory) putHistory(error.results, false);
      else await store.write({ source, readAt, results: error.results });
      throw error;
    };
    const asked = await widen(source, stored ? { ...query, hasRepeats: hasRepeats(stored.run) } : query);
    const read = (noted: Operation) => upstream.readResults(asked, projection, noted);
    const found = await book.watchResults(source, read, operation, true).catch(keepPart);
    if (query.includeHistory) {
      putHistory(found, true);
      return found;
    }
    await store.write({ source, readAt, results: found });
    if (query.instanceIds === undefined) whole.add(invocationKey({ source, invokeId: query.invokeId }));
    const believed = await believe(store, source, query, found, projection);
    return projection.output
      ? noteLacking(believed, new Set(found.filter((one) => endedLately(one, readAt))), { owed, untold })
      : believed;
  }

  async function readTimes(source: Source, { invokeId }: ResultQuery): Promise<unknown> {
    const [stored] = await store.readRuns([{ source, invokeId }], NOTHING);
    return [...(stored?.executionReadAt ?? [])];
  }

  return {
    findKnown: known.findEach,
    findLoose: async (ref) => (await store.readLooseResults(ref)).map(({ result }) => result),
    findHistory: async (source, query, projection, maxAgeMs = freshnessMs) =>
      histories.findAll(source, query, projection, maxAgeMs),
    isUnderWay: (source, query, projection) => singleFlight.isUnderWay(readingName(source, query, projection)),
    read(source, query, projection, operation) {
      const key = readingName(source, query, projection);
      return singleFlight.share(key, source, operation, (shared) =>
        readInTurn(turns, shared, {
          key,
          mark: () => readTimes(source, query),
          read: () => readUpstream(source, query, projection, shared),
          take: async () =>
            (await known.findAll(source, query, projection)) ?? readUpstream(source, query, projection, shared),
        }),
      );
    },
    noteAbsent: (ref) => void absences.add(resultKey(ref)),
    mayHaveOthers,
  };
}

/** An output may be told so late after its end, the clocks of gateway and vendor apart. */
const TOLD_LATE_MS = 60_000;

function endedLately({ finishTime }: InvocationResult, now: number): boolean {
  return finishTime !== null && now - Date.parse(finishTime) < TOLD_LATE_MS;
}

/**
 * Notes which outputs were read and are not there. One that is empty so far is none in this answer; it is not kept as such. Of the others no
 * answer tells whether they printed anything.
 * @param soFar results of the answer whose ends are so new that their outputs may come yet
 */
function noteLacking(
  believed: readonly InvocationResult[],
  soFar: ReadonlySet<InvocationResult>,
  { owed, untold }: Readonly<Record<"owed" | "untold", Pick<Absences, "add">>>,
): readonly InvocationResult[] {
  return believed.map((one) => {
    if (one.output !== undefined) return one;
    (soFar.has(one) ? owed : untold).add(resultKey(one));
    return soFar.has(one) ? { ...one, output: null } : one;
  });
}

/**
 * What an answer tells, as it is believed beside what is known: a record of an earlier attempt, or one that loses against another,
 * is not. What it lacks and was seen before stays known: one replica of an upstream may not know it for once.
 */
async function believe(
  store: ReaderParts["store"],
  source: Source,
  { invokeId, instanceIds }: ResultQuery,
  found: readonly InvocationResult[],
  projection: Projection,
): Promise<readonly InvocationResult[]> {
  const told = new Map(found.map((one) => [one.instanceId, one]));
  const isBelieved = (row: InstanceInvocation): boolean => {
    const own = told.get(row.instanceId);
    return own === undefined ? (instanceIds?.includes(row.instanceId) ?? true) : !tellsSameEnd(own, row);
  };
  const [plain] = await store.readRuns([{ source, invokeId }], NOTHING);
  if (!plain?.run.instances.some(isBelieved)) return found;
  const [stored] = await store.readRuns([{ source, invokeId }], projection);
  const known = stored?.run.instances.filter(isBelieved).map(lastResultOf) ?? [];
  const ids = new Set(known.map(({ instanceId }) => instanceId));
  return [...found.filter(({ instanceId }) => !ids.has(instanceId)), ...known];
}

function tellsSameEnd(result: InvocationResult, row: InstanceInvocation): boolean {
  const { status, startTime, exitCode } = result;
  return status === row.status && startTime === row.startTime && exitCode === row.exitCode;
}

function readingName(source: Source, query: ResultQuery, projection: Projection): string {
  const instanceIds = query.instanceIds?.join(",") ?? "*";
  return `results|${invocationKey({ source, invokeId: query.invokeId })}|${instanceIds}|${query.includeHistory}|${projection.output}`;
}
