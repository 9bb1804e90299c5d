import {
  InputError,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  type Operation,
} from "#domain";
import type { WatchWants } from "./contract.ts";
import { isFinalRun } from "./freshness.ts";
import type { Records } from "./records.ts";
import type { SourceBook } from "./sources.ts";
import type { Stock } from "./stock.ts";

/** Asks for a run as it is now; null where it is gone. */
export type Poll = (ref: InvocationRef, wants: WatchWants, operation: Operation) => Promise<Invocation | null>;

/** What a poll reads with. */
export interface PollParts {
  readonly book: SourceBook;
  readonly stock: Stock;
  readonly records: Records;
}

/**
 * Asks past the stock, since what still moves there is as old as the last look, and leaves there what it found. Only a run
 * that is final there costs nothing. Where the run's own record tells less than is wanted (a source that is read instance by
 * instance), the results that lack are asked for as well.
 */
export function createPoll({ book, stock, records }: PollParts): Poll {
  return async (ref, wants, operation) => {
    const known = stock.findRun(ref, wants);
    if (known && isFinalRun(known) && isTold(known, wants)) return known;
    const run = await records.readFresh(ref, wants, operation);
    const upstream = book.findUpstream(ref.source);
    if (run === null || upstream === undefined || isTold(run, wants)) return run;
    const instanceIds = run.instances.filter((one) => isLacking(one, wants)).map((one) => one.instanceId);
    const query = { invokeId: ref.invokeId, instanceIds, includeHistory: false };
    const results = await book.watch(ref.source, upstream.readResults(query, wants, operation), operation);
    const told = tell(run, results);
    stock.putRun(told);
    return told;
  };
}

/** Counts the calls of one poll, and refuses what one poll may not cost. */
export function createPollMeter(callBudget: number): Operation["meter"] {
  let calls = 0;
  return {
    spend() {
      if (calls >= callBudget) {
        throw new InputError(
          "COST_LIMIT_EXCEEDED",
          `One look at this run needs more than the ${callBudget} upstream calls that it may make: leave out output.`,
        );
      }
      calls += 1;
    },
    addCached: () => {},
    addSaved: () => {},
  };
}

function isTold(run: Invocation, wants: WatchWants): boolean {
  return !run.instances.some((one) => isLacking(one, wants));
}

function isLacking(one: InstanceInvocation, wants: WatchWants): boolean {
  return (wants.output && one.output === undefined) || (wants.details && !one.isComplete);
}

function tell(run: Invocation, results: readonly InvocationResult[]): Invocation {
  const byInstance = new Map(results.map((result) => [result.instanceId, result]));
  return {
    ...run,
    instances: run.instances.map((one) => {
      const result = byInstance.get(one.instanceId);
      if (result === undefined) return one;
      const { execution: _latest, ...execution } = result;
      return { ...one, ...execution, isComplete: true };
    }),
  };
}
