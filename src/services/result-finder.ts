import type { Clock, InstanceInvocation, InvocationResult, Operation, Wants } from "#domain";
import { FINAL_KEEP_MS, resultKeepMs } from "./freshness.ts";
import type { Stock } from "./stock.ts";

/** How long a row's result is believed to be in the stock still, without a look. */
const BELIEVED_MS = 1_000;

/**
 * The latest results of rows of one run, in their order; null where one of them has to be read or is too old for the operation.
 * @param rows as a list told them
 */
export type ResultFinder = (
  rows: readonly InstanceInvocation[],
  wants: Wants,
  operation: Operation,
) => readonly InvocationResult[] | null;

interface Believed {
  /** Weak, so that a row keeps no result that the stock has let go. */
  readonly result: WeakRef<InvocationResult>;
  /** By the clock's `elapsed`. */
  readonly until: number;
}

/**
 * Finds what the stock has. A page of hundreds of rows that are all over is asked for again and again, so what was found for
 * a row and is final is kept with the row's record for a moment.
 */
export function createResultFinder(stock: Stock, clock: Clock): ResultFinder {
  const believed = new WeakMap<InstanceInvocation, Believed>();

  function find(
    row: InstanceInvocation,
    wants: Wants,
    { freshAfter }: Operation,
    now: number,
  ): InvocationResult | null {
    const known = believed.get(row);
    const kept = known !== undefined && known.until > now ? known.result.deref() : undefined;
    if (kept !== undefined && (!wants.output || kept.output !== undefined)) return kept;
    const { source, invokeId, instanceId } = row;
    const result = stock.findResult({ source, invokeId, instanceId, execution: null }, wants, freshAfter) ?? null;
    if (result !== null && resultKeepMs(result) === FINAL_KEEP_MS) {
      believed.set(row, { result: new WeakRef(result), until: now + BELIEVED_MS });
    }
    return result;
  }

  return (rows, wants, operation) => {
    const now = clock.elapsed();
    const results: InvocationResult[] = [];
    for (const row of rows) {
      const result = find(row, wants, operation, now);
      if (result === null) return null;
      results.push(result);
    }
    stock.noteResult("hit", results.length);
    return results;
  };
}
