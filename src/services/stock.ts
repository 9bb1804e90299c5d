import {
  type Clock,
  type Instance,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  instanceKey,
  invocationKey,
  type ResultRef,
  resultKey,
  type Source,
  type Telemetry,
  type Wants,
} from "#domain";
import type { InvocationWindow } from "#upstreams";
import { type ByteCache, createByteCache } from "./byte-cache.ts";
import {
  ABSENT_KEEP_MS,
  FINAL_KEEP_MS,
  INSTANCE_KEEP_MS,
  isFinalRun,
  resultBytes,
  resultKeepMs,
  runBytes,
  runKeepMs,
} from "./freshness.ts";
import type { KnownGroup } from "./history/tie-group.ts";

/** Everything that was read lately or is final, keyed by source, and so never served across accounts. */
export interface Stock {
  readonly windows: ByteCache<InvocationWindow>;
  /** Groups of runs of one creation time that took several windows to read. */
  readonly groups: ByteCache<KnownGroup>;
  putRun(run: Invocation): void;
  /** A run that has what is wanted and is not too old; null where it is known not to exist. */
  findRun(ref: InvocationRef, wants: Wants, freshAfter?: number): Invocation | null | undefined;
  putAbsentRun(ref: InvocationRef): void;
  /** When what there is of a run, or of a result, was read, by the clock's `elapsed`. */
  runReadAt(ref: InvocationRef): number | undefined;
  resultReadAt(ref: ResultRef): number | undefined;
  putResult(result: InvocationResult): void;
  /** A result that has what is wanted and is not too old, from a result or from its run's record. */
  findResult(ref: ResultRef, wants: Wants, freshAfter?: number): InvocationResult | null | undefined;
  /** As {@link findResult}, but only what will not change any more. */
  findFinalResult(ref: ResultRef, wants: Wants): InvocationResult | null;
  putAbsentResult(ref: ResultRef): void;
  readonly instances: ByteCache<Instance | null>;
  /** Tells how look-ups of runs and of results ended. */
  noteRun(outcome: "hit" | "miss"): void;
  noteResult(outcome: "hit" | "miss", count?: number): void;
  putInstance(source: Source, instanceId: string, instance: Instance | null): void;
  findInstance(source: Source, instanceId: string): Instance | null | undefined;
}

/** What a stock is made of. */
export interface StockOptions {
  /** Bytes it holds at most, by estimate. */
  readonly cacheBytes: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Starts empty; a quarter of the bytes goes to windows and groups, a quarter to runs, the most of the rest to results. */
export function createStock({ cacheBytes, clock, telemetry }: StockOptions): Stock {
  const make = <Value>(name: string, share: number, sizeOf: (value: Value) => number): ByteCache<Value> =>
    createByteCache<Value>({ name, bytesMax: cacheBytes * share, clock, telemetry, sizeOf });
  const windows = make<InvocationWindow>("windows", 0.15, ({ items }) => listBytes(items));
  const groups = make<KnownGroup>("groups", 0.1, ({ slots, timeless }) =>
    listBytes([...slots, ...timeless].map(({ run }) => run)),
  );
  const runs = make<Invocation | null>("invocations", 0.25, (run) => (run === null ? 50 : runBytes(run)));
  const results = make<InvocationResult | null>("results", 0.45, (one) => (one === null ? 50 : resultBytes(one)));
  const instances = make<Instance | null>("instances", 0.05, () => 800);

  const findRun = (ref: InvocationRef, wants: Wants, freshAfter?: number): Invocation | null | undefined => {
    const run = runs.get(invocationKey(ref), freshAfter)?.value;
    return run === undefined || run === null || servesRun(run, wants) ? run : undefined;
  };
  const findInRun = (ref: ResultRef, wants: Wants, freshAfter?: number): InvocationResult | undefined => {
    const run = ref.execution === null ? findRun(ref, { output: false, content: false }, freshAfter) : undefined;
    const found = run?.instances.find((one) => one.instanceId === ref.instanceId);
    return found?.isComplete && (!wants.output || found.output !== undefined) ? toResult(found) : undefined;
  };
  const findResult = (ref: ResultRef, wants: Wants, freshAfter?: number): InvocationResult | null | undefined => {
    const result = results.get(resultKey(ref), freshAfter)?.value;
    if (result && (!wants.output || result.output !== undefined)) return result;
    return findInRun(ref, wants, freshAfter) ?? (result === null ? null : undefined);
  };
  return {
    windows,
    groups,
    putRun(run) {
      const known = runs.get(invocationKey(run))?.value;
      if (known && isFinalRun(known) && tellsMore(known, run)) return;
      runs.set(invocationKey(run), run, runKeepMs(run), runKeepMs(run) < FINAL_KEEP_MS);
    },
    findRun,
    runReadAt: (ref) => runs.get(invocationKey(ref))?.at,
    resultReadAt: (ref) => results.get(resultKey(ref))?.at ?? runs.get(invocationKey(ref))?.at,
    putAbsentRun: (ref) => runs.set(invocationKey(ref), null, ABSENT_KEEP_MS, true),
    putResult(result) {
      const known = results.get(resultKey(result))?.value;
      if (known && result.output === undefined && known.output !== undefined && known.status === result.status) return;
      const keepMs = resultKeepMs(result, runs.get(invocationKey(result))?.value);
      results.set(resultKey(result), result, keepMs, keepMs < FINAL_KEEP_MS);
    },
    findResult,
    findFinalResult: (ref, wants) => findResult(ref, wants, Number.POSITIVE_INFINITY) ?? null,
    putAbsentResult: (ref) => results.set(resultKey(ref), null, ABSENT_KEEP_MS, true),
    instances,
    noteRun: (outcome) => runs.note(outcome),
    noteResult: (outcome, count) => results.note(outcome, count),
    putInstance: (source, instanceId, instance) =>
      instances.set(
        instanceKey({ source, instanceId }),
        instance,
        instance === null ? ABSENT_KEEP_MS : INSTANCE_KEEP_MS,
        instance === null,
      ),
    findInstance: (source, instanceId) => instances.get(instanceKey({ source, instanceId }))?.value,
  };
}

/** The latest result, as a run's record tells it. */
export function toResult(item: InstanceInvocation): InvocationResult {
  return {
    source: item.source,
    invokeId: item.invokeId,
    instanceId: item.instanceId,
    commandId: item.commandId,
    status: item.status,
    rawStatus: item.rawStatus,
    startTime: item.startTime,
    finishTime: item.finishTime,
    stopTime: item.stopTime,
    exitCode: item.exitCode,
    error: item.error,
    repeats: item.repeats,
    username: item.username,
    output: item.output,
    ossDelivery: item.ossDelivery,
    execution: null,
  };
}

function servesRun(run: Invocation, wants: Wants): boolean {
  const hasOutput = !wants.output || run.instances.every((one) => one.output !== undefined);
  return hasOutput && (!wants.content || run.command.content !== undefined);
}

function tellsMore(known: Invocation, run: Invocation): boolean {
  const everything = { output: true, content: true };
  return servesRun(known, everything) && !servesRun(run, everything) && known.instances.length >= run.instances.length;
}

function listBytes(runs: readonly Invocation[]): number {
  return runs.reduce((sum, run) => sum + runBytes(run), 200);
}
