import { GatewayError } from "./errors.ts";

/** A run that was never seen may have been started just now: it gets so long to appear. */
export const APPEARS_WITHIN_MS = 15_000;
/** A look that begins when the time is nearly up gets so long: who waits for no time at all is told how the run is now. */
export const SHORTEST_LOOK_MS = 1_000;
/** A run that was seen is believed gone only after so many looks without it: replicas of the upstream lag. */
const MAX_MISSES_IN_A_ROW = 3;
const MAX_FAILURES_IN_A_ROW = 5;
/** Codes of what is asked too often: by all, of the upstream; by this client, of the gateway. */
const THROTTLES: ReadonlySet<unknown> = new Set(["UPSTREAM_THROTTLED", "RATE_LIMITED"]);

/** What is looked at of a run. */
interface SeenRun {
  readonly isFinal: boolean;
  /** True once the gateway has looked for it three times and found nothing: it stays as it was seen last. */
  readonly isGoneUpstream?: boolean;
}

/** What one who waits for a run waits through. */
export interface Patience {
  /** Takes what a look saw, and returns it. Throws a GatewayError if the run is believed gone, or never to have been. */
  see<State extends SeenRun>(state: State | null): State | null;
  /** Takes the error of a look, and throws it if it will not pass by waiting. */
  fail(error: unknown): void;
  /** Why the last look failed; null if it did not. */
  lastFailure(): GatewayError | null;
}

/** @param waitedMs time since the first look. */
export function createPatience(waitedMs: () => number): Patience {
  let failures = 0;
  let misses = 0;
  let isSeen = false;
  let lastFailure: GatewayError | null = null;
  return {
    lastFailure: () => lastFailure,
    see(state) {
      failures = 0;
      lastFailure = null;
      misses = state === null ? misses + 1 : 0;
      isSeen ||= state !== null;
      const isGone = isSeen ? misses >= MAX_MISSES_IN_A_ROW : waitedMs() >= APPEARS_WITHIN_MS;
      if (state === null && isGone) throw createNotFound(isSeen);
      if (state?.isGoneUpstream === true && !state.isFinal) throw createNotFound(isSeen);
      return state;
    },
    fail(error) {
      lastFailure = error instanceof GatewayError ? error : null;
      // A minute's quota can be used up for longer than five looks take, and says nothing about the run.
      if (isThrottle(error)) return;
      failures += 1;
      if (!mayPass(error) || failures >= MAX_FAILURES_IN_A_ROW) throw error;
    },
  };
}

function createNotFound(isSeen: boolean): GatewayError {
  const message = isSeen
    ? "The upstream does not know the run any more: nobody can say how it ended."
    : "No such run: the upstreams keep runs for some weeks only.";
  return new GatewayError({ kind: "NOT_FOUND", message });
}

/** True for a failure that says that too much was asked, and nothing else: it is waited through until the time is up. */
export function isThrottle(error: unknown): boolean {
  return error instanceof GatewayError && error.failures.some(({ code }) => THROTTLES.has(code));
}

/** True for a failure that may be over when the same is asked again. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return error.kind === "UNREACHABLE" || error.failures.some(({ extensions }) => extensions.retryable === true);
}
