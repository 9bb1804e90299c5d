import { isDeepStrictEqual } from "node:util";
import { type InstanceInvocation, type Invocation, type InvocationResult, mapInBreaks, weightOf } from "#domain";
import type { RunWrite, StoredRun } from "../contract/index.ts";
import { isLate, markGone, mergeResult, mergeRun, withReadAt } from "../contract/index.ts";
import type { Contents } from "./contents.ts";

/** A run as it was and as it is after a write. Contents are given by their ids. */
export interface ChangedRun {
  /** Number of its row; null for a run that was not known. */
  readonly id: number | null;
  readonly before: StoredRun | null;
  readonly after: StoredRun;
  /** The executions that differ from what was known. */
  readonly executions: readonly PlacedExecution[];
}

/** An execution and its place among those of its run. */
export interface PlacedExecution {
  readonly execution: InstanceInvocation;
  readonly place: number;
}

/** How much work a changed run is, in executions. */
export function weightOfChange({ after }: Pick<ChangedRun, "after">): number {
  return weightOf(after.run);
}

/** A result whose run is not known. */
export interface LooseResult {
  readonly invokeId: string;
  readonly result: InvocationResult;
  readonly readAt: number;
}

/** What is known of the runs of a write. */
export interface KnownRuns {
  readonly runs: readonly (StoredRun & { readonly id: number })[];
  readonly loose: readonly LooseResult[];
}

/** What a write makes of what is known. */
export interface MergedWrite {
  readonly runs: readonly ChangedRun[];
  readonly loose: readonly LooseResult[];
}

/** The ids of all runs that a write may concern. */
export function invokeIdsOf({ runs = [], results = [], gone = [] }: RunWrite): readonly string[] {
  const refs = [...runs, ...results].map(({ invokeId }) => invokeId);
  return [...new Set([...refs, ...gone])];
}

/** Merges a write into what is known, run by run in the order in which they were read; of many executions others are served in between. */
export async function mergeWrite(write: RunWrite, known: KnownRuns, contents: Contents): Promise<MergedWrite> {
  const { readAt, runs = [], results = [], gone = [] } = write;
  const before = new Map(known.runs.map((stored) => [stored.run.invokeId, stored]));
  const after = new Map<string, StoredRun>();
  const loose: LooseResult[] = [];
  const latest = (invokeId: string): StoredRun | undefined => after.get(invokeId) ?? before.get(invokeId);
  await mapInBreaks(runs, weightOf, (read) => {
    const own = known.loose.filter(({ invokeId }) => invokeId === read.invokeId);
    after.set(read.invokeId, withRun(latest(read.invokeId), contents.strip(read), readAt, own));
  });
  await mapInBreaks(
    results,
    () => 1,
    (read) => {
      const result = contents.stripResult(read);
      const stored = latest(read.invokeId);
      if (stored === undefined) loose.push({ invokeId: read.invokeId, result, readAt });
      else after.set(read.invokeId, withResult(stored, result, readAt));
    },
  );
  for (const invokeId of gone) {
    const stored = latest(invokeId);
    if (stored === undefined || isLate(readAt, stored.readAt)) continue;
    after.set(invokeId, { ...stored, run: markGone(stored.run, true), isGone: true });
  }
  const merged = [...after].map(([invokeId, stored]) => ({ stored, known: before.get(invokeId) ?? null }));
  const changed = await mapInBreaks(
    merged,
    ({ stored }) => weightOf(stored.run),
    ({ stored, known }): ChangedRun => ({
      id: known?.id ?? null,
      before: known,
      after: stored,
      executions: changedExecutions(known, stored),
    }),
  );
  return { runs: changed, loose };
}

/** Executions of a run that differ from what was known, each instance once. */
function changedExecutions(before: StoredRun | null, after: StoredRun): readonly PlacedExecution[] {
  const known = new Map(before?.run.instances.map((execution, place) => [execution.instanceId, { execution, place }]));
  const seen = new Set<string>();
  return after.run.instances.flatMap((execution, place) => {
    const own = known.get(execution.instanceId);
    const readAt = after.executionReadAt.get(execution.instanceId);
    const isSame =
      own?.place === place &&
      before?.executionReadAt.get(execution.instanceId) === readAt &&
      (own.execution === execution || isDeepStrictEqual(own.execution, execution));
    if (isSame || seen.has(execution.instanceId)) return [];
    seen.add(execution.instanceId);
    return [{ execution, place }];
  });
}

function withRun(
  known: StoredRun | undefined,
  read: Invocation,
  readAt: number,
  loose: readonly LooseResult[],
): StoredRun {
  const executionReadAt = known?.executionReadAt ?? new Map<string, number>();
  const run = known === undefined ? read : mergeRun(known, read, readAt);
  return {
    run: markGone(
      loose.reduce((merged, one) => mergeResult({ run: merged, readAt, executionReadAt }, one.result, one.readAt), run),
      false,
    ),
    readAt: Math.max(readAt, known?.readAt ?? 0),
    executionReadAt,
    isGone: false,
  };
}

function withResult(known: StoredRun, result: InvocationResult, readAt: number): StoredRun {
  return {
    run: markGone(mergeResult(known, result, readAt), false),
    readAt: known.readAt,
    executionReadAt: withReadAt(known, result, readAt),
    isGone: false,
  };
}
