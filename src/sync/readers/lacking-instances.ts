import {
  InputError,
  type Invocation,
  invocationKey,
  mayBeCut,
  type Operation,
  type Projection,
  UpstreamError,
} from "#domain";
import { markOutputs } from "#store";
import { createAbsences, GONE_MAX_AGE_MS } from "./absences.ts";
import type { ReaderParts } from "./reader-parts.ts";
import type { ResultReader } from "./result-reader.ts";

/**
 * Completes a run by its results where a record tells of more instances than it nests, which may be cut at 50 or 100. Asks for them once in
 * ten minutes, and in one operation for those of {@link RUNS_MAX} runs. What is not read stays lacking: the run says so.
 */
export type CompleteInstances = (run: Invocation, projection: Projection, operation: Operation) => Promise<Invocation>;

/** Each costs a call for 50 instances, whatever is selected of the run. */
const RUNS_MAX = 5;

/** Starts without knowledge. */
export function createCompleteInstances(
  { store, clock }: Pick<ReaderParts, "store" | "clock">,
  results: Pick<ResultReader, "read">,
): CompleteInstances {
  const asked = createAbsences(clock, 0);
  const begun = new WeakMap<Operation, number>();
  return async (run, projection, operation) => {
    const key = invocationKey(run);
    if (!isCut(run) || asked.has(key, GONE_MAX_AGE_MS)) return run;
    const count = begun.get(operation) ?? 0;
    if (count >= RUNS_MAX) return run;
    begun.set(operation, count + 1);
    const { source, invokeId } = run;
    try {
      // Shared by all who ask for it meanwhile.
      await results.read(source, { invokeId, includeHistory: false }, { ...projection, content: false }, operation);
      asked.add(key);
    } catch (error) {
      // What may pass, or merely had no time or budget left, is no answer.
      if (error instanceof UpstreamError && !error.retryable) asked.add(key);
      else if (!(error instanceof UpstreamError || error instanceof InputError || operation.signal.aborted))
        throw error;
      return run;
    }
    const [stored] = await store.readRuns([run], markOutputs(projection), operation);
    return stored?.run ?? run;
  };
}

function isCut(run: Invocation): boolean {
  return run.missingInstances !== undefined && mayBeCut(run) && run.isGoneUpstream !== true;
}
