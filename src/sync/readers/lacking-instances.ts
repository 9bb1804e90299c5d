import { type Invocation, invocationKey, NESTED_MAX, type Operation, type Projection, UpstreamError } from "#domain";
import { createAbsences, GONE_MAX_AGE_MS } from "./absences.ts";
import type { ReaderParts } from "./reader-parts.ts";
import type { ResultReader } from "./result-reader.ts";

/**
 * Completes a run by its results where a record tells of more instances than it nests, which may be cut at 50 or 100. Asks for them once in
 * ten minutes. What cannot be read stays lacking: the run says so.
 */
export type CompleteInstances = (run: Invocation, projection: Projection, operation: Operation) => Promise<Invocation>;

/** Starts without knowledge. */
export function createCompleteInstances(
  { store, clock }: Pick<ReaderParts, "store" | "clock">,
  results: Pick<ResultReader, "read">,
): CompleteInstances {
  const asked = createAbsences(clock, 0);
  return async (run, projection, operation) => {
    const key = invocationKey(run);
    if (!isCut(run) || asked.has(key, GONE_MAX_AGE_MS)) return run;
    asked.add(key);
    const { source, invokeId } = run;
    try {
      await results.read(source, { invokeId, includeHistory: false }, { ...projection, content: false }, operation);
    } catch (error) {
      // What merely had no time or budget left is no answer of the upstream.
      if (!(error instanceof UpstreamError)) asked.clear(key);
      return run;
    }
    const [stored] = await store.readRuns([run], projection);
    return stored?.run ?? run;
  };
}

function isCut({ instances, missingInstances, isGoneUpstream }: Invocation): boolean {
  return missingInstances !== undefined && instances.length % NESTED_MAX === 0 && isGoneUpstream !== true;
}
