import {
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  invocationKey,
  lacksOthers,
  type Operation,
  type Projection,
  type Source,
} from "#domain";
import { type Asker, executionReadAt, markGone, markOutputs, type RunStore, type StoredRun } from "#store";
import type { KnownRun } from "#upstreams";
import { readInTurn } from "../sources/index.ts";
import { type Absences, createAbsences, GONE_MAX_AGE_MS, LOOKS_UNTIL_GONE } from "./absences.ts";
import { holdsOutput, holdsRun, isFresh, isOverRun, isSettledExecution, isSettledRun } from "./freshness.ts";
import { createHiddenRuns, type HiddenRuns } from "./hidden-runs.ts";
import type { ReaderParts } from "./reader-parts.ts";

/** Reads single runs. */
export interface RunReader extends HiddenRuns {
  /**
   * The run, from what is known if that is enough, else from the upstream; null if neither knows it. What the upstream dropped stays
   * known, and says so. Outputs may be left out if they are kept. @throws UpstreamError
   */
  read(ref: InvocationRef, projection: Projection, operation: Operation, maxAgeMs?: number): Promise<StoredRun | null>;
  /** What is known of runs, in key order; undefined for those that have to be read. Outputs may be left out if they are kept. */
  findKnown(
    refs: readonly InvocationRef[],
    projection: Projection,
    maxAgeMs?: number,
    asker?: Asker,
  ): Promise<readonly (StoredRun | null | undefined)[]>;
  isUnderWay(ref: InvocationRef, projection: Projection): boolean;
  /**
   * Makes known what the upstream told of these runs before their outputs could be read; costs at most one call.
   * @returns keys of the runs that are as known now as they can be
   */
  recall(
    source: Source,
    refs: readonly InvocationRef[],
    projection: Projection,
    operation: Operation,
  ): Promise<ReadonlySet<string>>;
}

const LOOKS_APART_MS = 1_000;
const NOTHING: Projection = { output: false, content: false };

/** Runs by id: what is final is read once, what moves when it is older than the freshness. */
export function createRunReader(parts: ReaderParts): RunReader {
  const { store, book, singleFlight, clock, turns, freshnessMs } = parts;
  const absences = createAbsences(clock, Math.min(freshnessMs, LOOKS_APART_MS));
  const findKnown = createKnownRuns(parts, absences);
  const noteAbsent = createAbsenceNotes(store, absences);

  async function readUpstream(
    ref: InvocationRef,
    projection: Projection,
    operation: Operation,
  ): Promise<StoredRun | null> {
    const upstream = book.findUpstream(ref.source);
    if (upstream === undefined) return null;
    const [known = null] = await store.readRuns([ref], projection, operation);
    const readAt = clock.now();
    const knownRun = toKnownRun(known, projection, { isGuessGood: book.isStuck(ref.source), now: readAt });
    const read = (noted: Operation) => upstream.readInvocation(ref.invokeId, projection, noted, knownRun);
    const run = await book.watchRuns(ref.source, read, operation, true);
    if (run === null) return noteAbsent(ref, known, readAt);
    absences.clear(invocationKey(ref));
    await store.write({ source: ref.source, readAt, runs: [run] });
    const [stored] = await store.readRuns([ref], projection);
    // A keeper that is full may not have kept it.
    return stored ?? { run, readAt, executionReadAt: new Map(), isGone: false };
  }

  return {
    ...createHiddenRuns(parts),
    findKnown,
    async recall(source, refs, projection, operation) {
      const listed = book.findUpstream(source)?.listedOutputs;
      if (listed === undefined || refs.length === 0) return new Set();
      const invokeIds = refs.map(({ invokeId }) => invokeId);
      const recalled = await listed.recall(invokeIds, projection, operation);
      for (const { run, readAt } of recalled) await store.write({ source, readAt, runs: [run] });
      return new Set(recalled.map(({ run }) => invocationKey(run)));
    },
    isUnderWay: (ref, projection) => singleFlight.isUnderWay(readingName(ref, projection)),
    async read(ref, projection, operation, maxAgeMs = freshnessMs) {
      const [known] = await findKnown([ref], projection, maxAgeMs, operation);
      if (known !== undefined) return known;
      const key = readingName(ref, projection);
      return singleFlight.share(key, ref.source, operation, (shared) =>
        readInTurn(turns, shared, {
          key,
          mark: async () => toMark((await store.readRuns([ref], NOTHING))[0] ?? null),
          read: () => readUpstream(ref, projection, shared),
          take: async () => (await findKnown([ref], projection, maxAgeMs))[0] ?? readUpstream(ref, projection, shared),
        }),
      );
    },
  };
}

/** Finds what need not be read: what is final, what was read a short while ago, and what the upstream did not know then. */
function createKnownRuns({ store, book, clock, freshnessMs }: ReaderParts, absences: Absences): RunReader["findKnown"] {
  function serves(stored: StoredRun, projection: Projection, maxMs: number): boolean {
    const { run } = stored;
    if (!holdsRun(run, projection, book.isStuck(run.source)))
      return stored.isGone && absences.has(invocationKey(run), Math.max(maxMs, GONE_MAX_AGE_MS));
    const now = clock.now();
    if (lacksOthers(run) && !stored.isGone && maxMs !== Number.POSITIVE_INFINITY)
      return absences.has(invocationKey(run), maxMs);
    if (isSettledRun(run, now)) return true;
    // A run that is under way and not to be seen may come back.
    if (absences.has(invocationKey(run), maxMs)) return true;
    if (stored.isGone) return isOverRun(run);
    const age = { now, maxMs };
    const isOutputFresh = ({ instanceId }: { readonly instanceId: string }): boolean =>
      isFresh(executionReadAt(stored, instanceId), age);
    return isFresh(stored.readAt, age) && (!projection.output || run.instances.every(isOutputFresh));
  }

  return async (refs, projection, maxAgeMs = freshnessMs, asker = undefined) => {
    const known = await store.readRuns(refs, markOutputs(projection), asker);
    return refs.map((ref, position) => {
      const stored = known[position] ?? null;
      if (stored !== null) return serves(stored, projection, maxAgeMs) ? stored : undefined;
      return absences.has(invocationKey(ref), maxAgeMs) ? null : undefined;
    });
  };
}

/** Notes that the upstream does not know a run. @returns the run as it is known then, which is gone after several looks in a row */
function createAbsenceNotes(store: RunStore, absences: Absences) {
  return async (ref: InvocationRef, known: StoredRun | null, readAt: number): Promise<StoredRun | null> => {
    const key = invocationKey(ref);
    // A list showed it since it was missed last.
    if (known !== null && !absences.has(key, readAt - known.readAt)) absences.clear(key);
    const looks = absences.add(key);
    if (known === null) return null;
    if (!known.isGone && looks < LOOKS_UNTIL_GONE) return known;
    await store.write({ source: ref.source, readAt, gone: [ref.invokeId] });
    return { ...known, run: markGone(known.run, true), isGone: true };
  };
}

function readingName(ref: InvocationRef, projection: Projection): string {
  return `run|${invocationKey(ref)}|${projection.output}|${projection.content}`;
}

/** Another one after each reading. */
function toMark(stored: StoredRun | null): unknown {
  return stored === null ? null : [stored.readAt, stored.isGone];
}

/** What an upstream that reads a run piece by piece need not ask again. */
function toKnownRun(
  stored: StoredRun | null,
  projection: Projection,
  { isGuessGood, now }: { readonly isGuessGood: boolean; readonly now: number },
): KnownRun {
  return {
    run: stored?.run ?? null,
    findResult(instanceId) {
      const one = stored?.run.instances.find((item) => item.instanceId === instanceId);
      const isUsable = one?.isComplete && isSettledExecution(one, stored?.run ?? null, now);
      return isUsable && (!projection.output || holdsOutput(one, isGuessGood)) ? toResult(one) : null;
    },
  };
}

/** The latest result, as a run's record tells it. */
export function toResult({
  creationTime: _created,
  updateTime: _updated,
  isComplete: _complete,
  pastOutput: _past,
  ...execution
}: Invocation["instances"][number]): InvocationResult {
  return { ...execution, execution: null };
}
