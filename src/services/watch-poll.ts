import {
  InputError,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  type InvocationResult,
  type Operation,
} from "#domain";
import type { Upstream } from "#upstreams";
import type { WatchWants } from "./contract.ts";
import { isFinalRun, isRepeated } from "./freshness.ts";
import type { Records } from "./records.ts";
import type { SourceBook } from "./sources.ts";
import type { Stock } from "./stock.ts";

/** Asks for a run as it is now, which `last` was at the look before; null where it is gone. */
export type Poll = (
  ref: InvocationRef,
  wants: WatchWants,
  operation: Operation,
  last: Invocation | null,
) => Promise<Invocation | null>;

/** What a poll reads with. */
export interface PollParts {
  readonly book: SourceBook;
  readonly stock: Stock;
  readonly records: Records;
}

/**
 * Asks past the stock, since what still moves there is as old as the last look, and leaves there what it found. Only a run, or
 * a result, that is final there costs nothing. Where the run's own record tells less than is wanted (as the oldest generations
 * of the API do), the results that lack are asked for as well.
 */
export function createPoll({ book, stock, records }: PollParts): Poll {
  async function readResults(
    upstream: Upstream,
    run: Invocation,
    wants: WatchWants,
    operation: Operation,
  ): Promise<readonly InvocationResult[]> {
    const { source, invokeId } = run;
    const lacking = run.instances.filter((one) => isLacking(one, wants)).map((one) => one.instanceId);
    // What is final of a repeated run is its last execution but one, as soon as the next has begun.
    const known = (isRepeated(run) ? [] : lacking).flatMap(
      (instanceId) => stock.findFinalResult({ source, invokeId, instanceId, execution: null }, wants) ?? [],
    );
    const knownIds = new Set(known.map(({ instanceId }) => instanceId));
    const instanceIds = lacking.filter((instanceId) => !knownIds.has(instanceId));
    if (instanceIds.length === 0) return known;
    const query = { invokeId, instanceIds, includeHistory: false };
    const read = await book.watch(source, upstream.readResults(query, wants, operation), operation);
    for (const result of read) stock.putResult(result);
    return [...known, ...read];
  }

  return async (ref, wants, operation, last) => {
    const known = stock.findRun(ref, wants);
    if (known && isFinalRun(known) && isTold(known, wants)) return known;
    const run = await records.readFresh(ref, wants, operation, last);
    const upstream = book.findUpstream(ref.source);
    if (run === null || upstream === undefined || isTold(run, wants)) return run;
    const told = tell(run, await readResults(upstream, run, wants, operation));
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
