import type { Clock, UpstreamFailure } from "#domain";

/** When an action of a source is left alone. */
export interface BreakerSettings {
  /** Failures in a row that open the breaker. */
  readonly failuresToOpen: number;
  /** Pause before the first probe; doubled after each probe that fails. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** `open`: nobody is let through; `half-open`: one probe is under way. */
type BreakerState = "closed" | "open" | "half-open";

/** How an attempt ended, as far as the breaker cares: throttles and refused requests show that the source is alive. */
export type AttemptEnd =
  | { readonly kind: "alive" }
  | { readonly kind: "outage"; readonly failure: UpstreamFailure }
  | { readonly kind: "unknown" };

/** Why nobody is let through. */
interface Refusal {
  /** Of the failure that opened the breaker. */
  readonly failure: UpstreamFailure;
  readonly retryAfterMs: number;
}

/** The breaker of one action of a source: opens after failures in a row, then lets one probe through after a growing pause. */
export interface Breaker {
  /** Null where an attempt could be made now. */
  check(): Refusal | null;
  /** Lets an attempt through, the first one after the pause as the probe; what comes back must be told how it ended. */
  enter(): (end: AttemptEnd) => void;
}

/** @param onChange is told each change of state. */
export function createBreaker(
  settings: BreakerSettings,
  clock: Clock,
  onChange: (state: BreakerState) => void,
): Breaker {
  let state: BreakerState = "closed";
  let failuresInRow = 0;
  let pauseMs = settings.firstPauseMs;
  let openUntil = 0;
  let lastFailure: UpstreamFailure | null = null;

  const change = (next: BreakerState) => {
    state = next;
    onChange(next);
  };
  const open = (failure: UpstreamFailure, ms: number) => {
    lastFailure = failure;
    pauseMs = ms;
    openUntil = clock.elapsed() + ms;
    change("open");
  };
  const settle = (end: AttemptEnd) => {
    if (state !== "closed" || end.kind === "unknown") return;
    failuresInRow = end.kind === "alive" ? 0 : failuresInRow + 1;
    if (end.kind === "outage" && failuresInRow >= settings.failuresToOpen) open(end.failure, settings.firstPauseMs);
  };
  const settleProbe = (end: AttemptEnd) => {
    if (end.kind === "outage") return open(end.failure, Math.min(settings.longestPauseMs, pauseMs * 2));
    // A probe that was given up proves nothing: the next call may probe at once.
    if (end.kind === "unknown") return change("open");
    failuresInRow = 0;
    change("closed");
  };

  return {
    check() {
      if (state === "closed" || lastFailure === null) return null;
      const leftMs = openUntil - clock.elapsed();
      if (state === "open" && leftMs <= 0) return null;
      return { failure: lastFailure, retryAfterMs: Math.max(leftMs, settings.firstPauseMs) };
    },
    enter() {
      if (state === "closed") return settle;
      change("half-open");
      return settleProbe;
    },
  };
}
