import {
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  invocationKey,
  type Operation,
  type ResultRef,
  resultKey,
  type Source,
  type Wants,
} from "#domain";
import type { StoredRun } from "#store";
import type { ResultQuery } from "#upstreams";
import { createAbsences } from "./absences.ts";
import { executionReadAt, holdsOutput, isFresh, isSettledExecution } from "./freshness.ts";
import { createHistories } from "./histories.ts";
import { readInTurn } from "./reading-turn.ts";
import { type ReaderParts, toResult } from "./run-reader.ts";

/** Reads results of runs on instances. */
export interface ResultReader {
  /** What is known of results, in key order; undefined for those that have to be read, null for those that are known not to be. */
  findKnown(refs: readonly ResultRef[], wants: Wants): Promise<readonly (InvocationResult | null | undefined)[]>;
  /** Results of one run from the upstream. @throws UpstreamError */
  read(source: Source, query: ResultQuery, wants: Wants, operation: Operation): Promise<readonly InvocationResult[]>;
  isUnderWay(source: Source, query: ResultQuery, wants: Wants): boolean;
  /** Notes that the upstream has no such result. */
  noteAbsent(ref: ResultRef): void;
}

/** Results: what is final is read once, what moves when it is older than the freshness. */
export function createResultReader(parts: ReaderParts): ResultReader {
  const { store, book, flights, clock, turns, freshnessMs } = parts;
  const absences = createAbsences(clock, freshnessMs);
  const histories = createHistories(clock, parts.rulesHash);

  function serves(one: InstanceInvocation, run: Invocation | null, readAt: number, wants: Wants): boolean {
    if (!one.isComplete || (wants.output && !holdsOutput(one, book.isStuck(one.source)))) return false;
    return isSettledExecution(one, run) || isFresh(readAt, { now: clock.now(), maxMs: freshnessMs });
  }

  function findInRun(stored: StoredRun, { instanceId }: ResultRef, wants: Wants): InvocationResult | undefined {
    const one = stored.run.instances.find((item) => item.instanceId === instanceId);
    const isUsable = one !== undefined && serves(one, stored.run, executionReadAt(stored, instanceId), wants);
    return isUsable ? resultOf(one) : undefined;
  }

  async function findLoose(ref: ResultRef, wants: Wants): Promise<InvocationResult | undefined> {
    const found = (await store.readLooseResults(ref)).find(({ result }) => result.instanceId === ref.instanceId);
    if (found === undefined) return undefined;
    const one = { ...found.result, creationTime: null, updateTime: null, isComplete: true };
    return serves(one, null, found.readAt, wants) ? found.result : undefined;
  }

  async function findOne(ref: ResultRef, stored: StoredRun | null, wants: Wants) {
    if (ref.execution !== null) return histories.find(ref, wants, freshnessMs);
    const found = stored === null ? await findLoose(ref, wants) : findInRun(stored, ref, wants);
    return found ?? (absences.has(resultKey(ref), freshnessMs) ? null : undefined);
  }

  async function readUpstream(
    source: Source,
    query: ResultQuery,
    wants: Wants,
    operation: Operation,
  ): Promise<readonly InvocationResult[]> {
    const upstream = book.findUpstream(source);
    if (upstream === undefined) return [];
    const readAt = clock.now();
    const found = await book.watch(source, (noted) => upstream.readResults(query, wants, noted), operation);
    if (query.includeHistory) {
      histories.put(source, query, found);
      return found;
    }
    await store.write({ source, readAt, results: found });
    return [...found, ...(await keepSeen(source, query, found, wants))];
  }

  /** What an answer lacks and was seen before stays known. */
  async function keepSeen(
    source: Source,
    { invokeId, instanceIds = [] }: ResultQuery,
    found: readonly InvocationResult[],
    wants: Wants,
  ): Promise<readonly InvocationResult[]> {
    const told = new Set(found.map(({ instanceId }) => instanceId));
    if (instanceIds.every((instanceId) => told.has(instanceId))) return [];
    const [stored] = await store.readRuns([{ source, invokeId }], wants);
    const isMissed = ({ instanceId }: InstanceInvocation): boolean =>
      instanceIds.includes(instanceId) && !told.has(instanceId);
    return stored?.run.instances.filter(isMissed).map(resultOf) ?? [];
  }

  async function readTimes(source: Source, { invokeId }: ResultQuery): Promise<unknown> {
    const [stored] = await store.readRuns([{ source, invokeId }], { output: false, content: false });
    return [...(stored?.executionReadAt ?? [])];
  }

  /** The results that are meant, if all of them are known. */
  async function findAll(source: Source, { invokeId, instanceIds, includeHistory }: ResultQuery, wants: Wants) {
    const [stored] = await store.readRuns([{ source, invokeId }], wants);
    if (includeHistory || instanceIds === undefined || !stored) return null;
    const found = instanceIds.flatMap(
      (instanceId) => findInRun(stored, { source, invokeId, instanceId, execution: null }, wants) ?? [],
    );
    return found.length === instanceIds.length ? found : null;
  }

  return {
    async findKnown(refs, wants) {
      const runs = new Map<string, InvocationRef>(refs.map((ref) => [invocationKey(ref), ref]));
      const known = await store.readRuns([...runs.values()], wants);
      const byKey = new Map([...runs.keys()].map((key, position) => [key, known[position] ?? null]));
      return Promise.all(refs.map((ref) => findOne(ref, byKey.get(invocationKey(ref)) ?? null, wants)));
    },
    isUnderWay: (source, query, wants) => flights.isUnderWay(flightName(source, query, wants)),
    read(source, query, wants, operation) {
      const key = flightName(source, query, wants);
      return flights.share(key, source, operation, (shared) =>
        readInTurn(turns, shared, {
          key,
          mark: () => readTimes(source, query),
          read: () => readUpstream(source, query, wants, shared),
          take: async () => (await findAll(source, query, wants)) ?? readUpstream(source, query, wants, shared),
        }),
      );
    },
    noteAbsent: (ref) => void absences.add(resultKey(ref)),
  };
}

const results = new WeakMap<InstanceInvocation, InvocationResult>();

/** The latest result of a row; the same object for the same row. */
export function resultOf(row: InstanceInvocation): InvocationResult {
  const known = results.get(row) ?? toResult(row);
  results.set(row, known);
  return known;
}

function flightName(source: Source, query: ResultQuery, wants: Wants): string {
  const instanceIds = query.instanceIds?.join(",") ?? "*";
  return `results|${invocationKey({ source, invokeId: query.invokeId })}|${instanceIds}|${query.includeHistory}|${wants.output}`;
}
