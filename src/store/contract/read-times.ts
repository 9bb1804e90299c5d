import type { StoredRun } from "./run-store.ts";

/** When a run and its executions were read. */
export type ReadTimes = Pick<StoredRun, "readAt" | "executionReadAt">;

/** No answer is later than this. A reading that seems to be shows that a clock was set back, and counts as the newer one. */
export const LATE_MAX_MS = 60_000;

/** True if a reading began before the one that is known: a slow answer may come after a newer one. In epoch milliseconds. */
export function isLate(readAt: number, knownAt: number): boolean {
  return readAt < knownAt && knownAt - readAt < LATE_MAX_MS;
}

/** When an instance's execution was read last. */
export function executionReadAt({ readAt, executionReadAt: own }: ReadTimes, instanceId: string): number {
  return Math.max(readAt, own.get(instanceId) ?? readAt);
}

/** When the executions were read, after one more reading of one of them. */
export function withReadAt(
  { executionReadAt: known }: ReadTimes,
  { instanceId }: { readonly instanceId: string },
  readAt: number,
): ReadonlyMap<string, number> {
  return new Map(known).set(instanceId, Math.max(readAt, known.get(instanceId) ?? readAt));
}
