import {
  askByProjection,
  type Clock,
  type Invocation,
  type InvocationRef,
  invocationKey,
  type Operation,
  type Projection,
  refusalOfCalls,
  UpstreamError,
} from "#domain";
import { isSettledRun, type Sync } from "#sync";
import type { Answer, Asked, Services } from "../contract/index.ts";

/** Runs by key: one look at what is known, then one call for each run that is left. */
export function createRecordReader(
  { runs, completeInstances }: Pick<Sync, "runs" | "completeInstances">,
  clock: Clock,
): Services["readInvocations"] {
  async function readMissing(
    ref: InvocationRef,
    projection: Projection,
    operation: Operation,
  ): Promise<Answer<Invocation>> {
    try {
      const stored = await runs.read(ref, projection, operation);
      return stored === null ? null : await completeInstances(stored.run, projection, operation);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return (error instanceof UpstreamError ? await findStale(ref, projection) : null) ?? error;
    }
  }

  /** The run as it was read last; what is wanted and not known is left to those who ask for it. */
  async function findStale(ref: InvocationRef, projection: Projection): Promise<Invocation | null> {
    const [known] = await runs.findKnown([ref], { ...projection, output: false }, Number.POSITIVE_INFINITY);
    return known?.run ?? null;
  }

  return async (refs: readonly Asked<InvocationRef>[], projection, operation) => {
    const known = await askByProjection(
      refs,
      (ref) => ref.projection ?? projection,
      (asked, wanted) => runs.findKnown(asked, wanted, undefined, operation),
    );
    const missing = refs.filter((_, position) => known[position] === undefined);
    if (known.some((stored) => stored === null || stored === undefined || mayChange(stored.run, clock.now())))
      operation.life?.end();
    if (missing.length < refs.length) operation.meter.addCached(refs.length - missing.length);
    const own = missing.filter((ref) => !runs.isUnderWay(ref, projection));
    // Each of these runs costs one call at least: what would go beyond the budget is not begun.
    const refusal = refusalOfCalls(new Set(own.map(invocationKey)).size, operation);
    return Promise.all(
      refs.map((ref, position) => {
        const stored = known[position];
        if (stored === null) return null;
        if (stored !== undefined) return completeInstances(stored.run, ref.projection ?? projection, operation);
        return refusal ?? readMissing(ref, projection, operation);
      }),
    );
  };
}

/** True for a run that may be another one when it is asked for next, though nothing is written meanwhile. */
function mayChange(run: Invocation, now: number): boolean {
  return run.missingInstances !== undefined || !isSettledRun(run, now);
}
