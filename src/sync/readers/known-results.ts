import {
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  invocationKey,
  isFinalInstanceStatus,
  mapInBreaks,
  type Projection,
  type ResultRef,
  resultKey,
  type Source,
} from "#domain";
import { type Asker, executionReadAt, runsOf, type StoredRun } from "#store";
import type { ResultQuery } from "#upstreams";
import { type Absences, GONE_MAX_AGE_MS } from "./absences.ts";
import { holdsOutput, isFresh, isSettledExecution } from "./freshness.ts";
import type { Histories } from "./histories.ts";
import type { ReaderParts } from "./reader-parts.ts";
import { toResult } from "./run-reader.ts";

/** Finds results that need not be read: what is final, and what was read a short while ago. */
export interface KnownResults {
  /** In key order; undefined for those that have to be read, null for those that are known not to be. */
  findEach(
    refs: readonly ResultRef[],
    projection: Projection,
    maxAgeMs?: number,
    asker?: Asker,
  ): Promise<readonly (InvocationResult | null | undefined)[]>;
  /** The results that are meant, if all of them are known. */
  findAll(source: Source, query: ResultQuery, projection: Projection): Promise<readonly InvocationResult[] | null>;
}

/** What the upstream was asked for lately and did not tell. */
interface Lacking {
  /** Results that it does not have. */
  readonly absences: Pick<Absences, "has">;
  /** Results that were read for their outputs, which were empty right after their ends. */
  readonly owed: Pick<Absences, "has">;
  /** Results that are known, and whose outputs it does not tell. */
  readonly untold: Pick<Absences, "has">;
}

/** What is wanted of a result, and how old what still moves may be, in milliseconds. */
interface Sought {
  readonly projection: Projection;
  readonly maxMs: number;
}

type Loose = Awaited<ReturnType<ReaderParts["store"]["readLooseResults"]>>;

/** What is kept of the run of a result; its loose results if it is not known itself. */
interface KnownOfRun {
  readonly stored: StoredRun | null;
  readonly loose: Loose | undefined;
}

/**
 * Finds in what the store holds, and in what was read of executions that have a name of their own.
 */
export function createKnownResults(
  { store, book, clock, freshnessMs }: ReaderParts,
  { absences, owed, untold }: Lacking,
  histories: Pick<Histories, "find">,
): KnownResults {
  const keyOf = ({ source, invokeId, instanceId }: InstanceInvocation): string =>
    resultKey({ source, invokeId, instanceId, execution: null });

  function serves(one: InstanceInvocation, run: Invocation | null, readAt: number, sought: Sought): boolean {
    const { projection, maxMs } = sought;
    if (!one.isComplete) return false;
    if (projection.output && !holdsOutput(one, book.isStuck(one.source)))
      return one.output === undefined && (owed.has(keyOf(one), maxMs) || untold.has(keyOf(one), maxMs));
    const now = clock.now();
    return isSettledExecution(one, run, now) || isFresh(readAt, { now, maxMs });
  }

  function findInRun(stored: StoredRun, { instanceId }: ResultRef, sought: Sought): InvocationResult | undefined {
    const row = rowsOf(stored.run).get(instanceId);
    if (row === undefined) return undefined;
    const one = sought.maxMs === Number.POSITIVE_INFINITY ? withPastOutput(row) : row;
    if (!serves(one, stored.run, executionReadAt(stored, instanceId), sought)) return undefined;
    const isEmptySoFar = one.output === undefined && owed.has(keyOf(one), sought.maxMs);
    return sought.projection.output && isEmptySoFar ? { ...resultOf(one), output: null } : resultOf(one);
  }

  function findLoose(ref: ResultRef, known: Loose | undefined, sought: Sought): InvocationResult | undefined {
    const found = known?.find(({ result }) => result.instanceId === ref.instanceId);
    if (found === undefined) return undefined;
    const one = { ...found.result, creationTime: null, updateTime: null, isComplete: true };
    return serves(one, null, found.readAt, sought) ? found.result : undefined;
  }

  /** Results of the runs that are not known themselves; each run is asked for once. */
  async function readLoose(
    refs: readonly ResultRef[],
    runs: ReadonlyMap<string, StoredRun | null>,
  ): Promise<ReadonlyMap<string, Loose>> {
    const wanted = new Map<string, InvocationRef>();
    for (const ref of refs) {
      const key = invocationKey(ref);
      if (ref.execution === null && runs.get(key) === null) wanted.set(key, ref);
    }
    const found = await Promise.all([...wanted.values()].map((ref) => store.readLooseResults(ref)));
    return new Map([...wanted.keys()].map((key, position) => [key, found[position] ?? []]));
  }

  function findOne(ref: ResultRef, { stored, loose }: KnownOfRun, given: Sought) {
    const { projection } = given;
    const maxMs = stored?.isGone === true ? Math.max(given.maxMs, GONE_MAX_AGE_MS) : given.maxMs;
    const sought = { projection, maxMs };
    if (ref.execution !== null) return histories.find(ref, projection, maxMs);
    const found = stored === null ? findLoose(ref, loose, sought) : findInRun(stored, ref, sought);
    return found ?? (absences.has(resultKey(ref), maxMs) ? null : undefined);
  }

  return {
    async findEach(refs, projection, maxMs = freshnessMs, asker) {
      const runs = runsOf(refs);
      const known = await store.readRuns([...runs.values()], projection, asker);
      const byKey = new Map([...runs.keys()].map((key, position) => [key, known[position] ?? null]));
      const loose = await readLoose(refs, byKey);
      const one = () => 1;
      return mapInBreaks(refs, one, (ref) => {
        const key = invocationKey(ref);
        return findOne(ref, { stored: byKey.get(key) ?? null, loose: loose.get(key) }, { projection, maxMs });
      });
    },
    async findAll(source, { invokeId, instanceIds, includeHistory }, projection) {
      const [stored] = await store.readRuns([{ source, invokeId, instanceIds }], projection);
      if (includeHistory || instanceIds === undefined || !stored) return null;
      const sought = { projection, maxMs: freshnessMs };
      const found = instanceIds.flatMap(
        (instanceId) => findInRun(stored, { source, invokeId, instanceId, execution: null }, sought) ?? [],
      );
      return found.length === instanceIds.length ? found : null;
    },
  };
}

const rows = new WeakMap<Invocation, ReadonlyMap<string, InstanceInvocation>>();

/** Rows of a run by their instances, the first one of each. */
function rowsOf(run: Invocation): ReadonlyMap<string, InstanceInvocation> {
  const known = rows.get(run) ?? new Map([...run.instances].reverse().map((row) => [row.instanceId, row]));
  rows.set(run, known);
  return known;
}

const results = new WeakMap<InstanceInvocation, InvocationResult>();

/** The latest result of a row; the same object for the same row. */
export function resultOf(row: InstanceInvocation): InvocationResult {
  const known = results.get(row) ?? toResult(row);
  results.set(row, known);
  return known;
}

/** The same with the output that an earlier answer told, if the latest one left it out. */
export function lastResultOf(row: InstanceInvocation): InvocationResult {
  return resultOf(withPastOutput(row));
}

// What it printed before it was over need not be all that it printed.
function withPastOutput(row: InstanceInvocation): InstanceInvocation {
  if (isFinalInstanceStatus(row.status)) return row;
  const { output = row.pastOutput } = row;
  return output === row.output ? row : { ...row, output };
}
