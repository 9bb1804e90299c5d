import type { InvocationResult } from "#domain";
import { compareText, type MemoryList } from "./memory-page.ts";

/**
 * The executions of a repeated run on one instance, newest first, as a list that can be paged. An execution is named by its
 * start and its place among those of the same start: the one that is the latest now is an ordinary one after the next.
 */
export function historyList(results: readonly InvocationResult[]): MemoryList<InvocationResult> {
  const seen = new Map<string, number>();
  const keys = results.map((result) => {
    const start = result.startTime ?? "";
    const place = seen.get(start) ?? 0;
    seen.set(start, place + 1);
    return `${start}#${String(place).padStart(6, "0")}`;
  });
  return { rows: results, keys, compare: compareNewestFirst };
}

// What has not started yet is newer than everything that has.
function compareNewestFirst(a: string, b: string): number {
  const [startA = "", placeA = ""] = a.split("#");
  const [startB = "", placeB = ""] = b.split("#");
  if (startA === startB) return compareText(placeA, placeB);
  if (startA === "" || startB === "") return startA === "" ? -1 : 1;
  return compareText(startB, startA);
}
