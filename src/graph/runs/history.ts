import type { InvocationResult } from "#domain";
import type { MemoryList } from "../lists/index.ts";

/** What a cursor remembers of an execution: its own name, and what helps where that has changed or it has vanished. */
interface Remembered {
  readonly execution: string | null;
  readonly startTime: string | null;
  readonly repeats: number | null;
}

/**
 * The executions of a repeated run on one instance, newest first, as a list that can be paged. The list is kept in the order
 * in which it came; the execution that is the latest now is an ordinary one after the next, and is found again as such.
 */
export function historyList(results: readonly InvocationResult[]): MemoryList<InvocationResult> {
  return {
    rows: results,
    keys: results.map(({ execution, startTime, repeats }) => JSON.stringify([execution, startTime, repeats])),
    seek: (key) => place(results, remember(key)),
  };
}

function place(results: readonly InvocationResult[], key: Remembered): { index: number; isExact: boolean } {
  const isNamed = (result: InvocationResult): boolean => key.execution !== null && result.execution === key.execution;
  const isAlike = (result: InvocationResult): boolean =>
    key.startTime !== null && result.startTime === key.startTime && result.repeats === key.repeats;
  for (const isIt of [isNamed, isAlike]) {
    const index = results.findIndex(isIt);
    if (index !== -1) return { index, isExact: true };
  }
  const older = results.findIndex((result) => isOlder(result, key));
  return { index: older === -1 ? results.length : older, isExact: false };
}

function isOlder(result: InvocationResult, key: Remembered): boolean {
  if (key.startTime !== null) return result.startTime !== null && result.startTime < key.startTime;
  return key.repeats !== null && result.repeats !== null && result.repeats < key.repeats;
}

// Sealed by this gateway, so what is inside has the shape that it was given.
function remember(key: string): Remembered {
  const [execution, startTime, repeats] = JSON.parse(key) as [string | null, string | null, number | null];
  return { execution, startTime, repeats };
}
