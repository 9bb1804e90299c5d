import { LRUCache } from "lru-cache";
import {
  type Clock,
  type InvocationResult,
  isEndOwed,
  isFinalInstanceStatus,
  type Projection,
  type ResultRef,
  resultKey,
} from "#domain";
import { holdsOutput, isFresh } from "./freshness.ts";

/** Executions of repeated runs that were read lately, each under its own name. */
export interface Histories {
  put(results: readonly InvocationResult[]): void;
  find(ref: ResultRef, projection: Projection, maxAgeMs: number): InvocationResult | undefined;
}

interface Kept {
  readonly result: InvocationResult;
  readonly readAt: number;
  readonly rules: string | null;
}

const EXECUTIONS_MAX = 5_000;

/** Starts empty; an execution that is over never changes, since the next one has another name. */
export function createHistories(clock: Clock, rulesHash: () => string | null): Histories {
  const executions = new LRUCache<string, Kept>({ max: EXECUTIONS_MAX });
  return {
    put(results) {
      for (const result of results)
        executions.set(resultKey(result), {
          result,
          readAt: clock.now(),
          rules: result.output?.redactedBy ?? rulesHash(),
        });
    },
    find(ref, projection, maxMs) {
      const found = executions.get(resultKey(ref));
      if (found === undefined || found.rules !== rulesHash()) return undefined;
      if (projection.output && !holdsOutput(found.result, false)) return undefined;
      const now = clock.now();
      const isSettled = isFinalInstanceStatus(found.result.status) && !isEndOwed(found.result, null, now);
      return isSettled || isFresh(found.readAt, { now, maxMs }) ? found.result : undefined;
    },
  };
}
