import type { InvocationResult } from "#domain";
import type { ShownResult, ShownResults } from "#services";
import type { MemoryList } from "../lists/index.ts";

/** What a cursor remembers of an execution: its own name, and what helps where that has changed or it has vanished. */
type Remembered = readonly [execution: string | null, startTime: string | null, repeats: number | null];

/**
 * The executions of a repeated run on one instance, newest first, as a list that can be paged. The list is kept in the order
 * in which it came; the execution that is the latest now is an ordinary one after the next, and is found again as such.
 */
export function historyList({ all, isWhole }: ShownResults): MemoryList<ShownResult> {
  return {
    rows: all,
    isPartial: !isWhole,
    keys: all.map(({ execution, startTime, repeats }) => JSON.stringify([execution, startTime, repeats])),
    // Sealed by this gateway, so what is inside has the shape that it was given.
    seek: (key) => place(all, JSON.parse(key) as Remembered),
  };
}

function place(
  results: readonly InvocationResult[],
  [execution, startTime, repeats]: Remembered,
): { index: number; isExact: boolean } {
  const isNamed = (result: InvocationResult): boolean => execution !== null && result.execution === execution;
  const isAlike = (result: InvocationResult): boolean =>
    startTime !== null && result.startTime === startTime && result.repeats === repeats;
  for (const isIt of [isNamed, isAlike]) {
    const index = results.findIndex(isIt);
    if (index !== -1) return { index, isExact: true };
  }
  const older = results.findIndex((result) => {
    if (startTime !== null) return result.startTime !== null && result.startTime < startTime;
    return repeats !== null && result.repeats !== null && result.repeats < repeats;
  });
  return { index: older === -1 ? results.length : older, isExact: false };
}
