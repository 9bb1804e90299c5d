import type { Clock, Operation, UpstreamError } from "#domain";
import type { CallRequest } from "./contract.ts";
import { createFailure } from "./failure.ts";

/** Nobody waits for an attempt that would have less time than this. */
export const SHORTEST_ATTEMPT_MS = 50;

/** @throws UpstreamError TIMEOUT where the client is gone or the deadline has passed. */
export function failWhenOver(request: CallRequest, operation: Operation, clock: Clock): void {
  if (isOver(operation, clock)) throw createOverFailure(request, operation, clock);
}

/** The error of a call whose operation ended before it did. */
export function createOverFailure(request: CallRequest, operation: Operation, clock: Clock): UpstreamError {
  const says = clock.elapsed() >= operation.deadline ? "no answer within the operation's time" : "cancelled";
  return createFailure(request, { code: "TIMEOUT", says, retryable: true });
}

/** What the promise gives, or null as soon as the signal aborts. */
export async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | null> {
  if (signal.aborted) return null;
  let stop = () => {};
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function isOver(operation: Operation, clock: Clock): boolean {
  return operation.signal.aborted || clock.elapsed() >= operation.deadline;
}
