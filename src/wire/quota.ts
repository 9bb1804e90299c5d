import type { Clock } from "#domain";

const WINDOW_MS = 60_000;

/** Why a call may not be made yet. */
interface QuotaWait {
  readonly waitMs: number;
  /** True where our own budget is used up; false where the upstream asked for the pause. */
  readonly isOwn: boolean;
  /** The upstream's own code; null where it gave none. */
  readonly upstreamCode: string | null;
}

/** When one action of one source may be called: our own budget a minute, and the pauses that the upstream asked for. */
export interface Quota {
  /** Null where a call may be made now. */
  check(): QuotaWait | null;
  /** Counts a call that is made now. */
  take(): void;
  /** Lets nobody through for so long. */
  block(ms: number, upstreamCode: string | null): void;
}

/** @param callsPerMinute in any 60 seconds; null sets no limit of our own. */
export function createQuota(callsPerMinute: number | null, clock: Clock): Quota {
  let callTimes: number[] = [];
  let blockedUntil = Number.NEGATIVE_INFINITY;
  let blockedBy: string | null = null;

  const waitForBudget = (now: number) => {
    if (callsPerMinute === null) return 0;
    const oldest = callTimes[callTimes.length - callsPerMinute];
    return oldest === undefined ? 0 : Math.max(0, oldest + WINDOW_MS - now);
  };

  return {
    check() {
      const now = clock.now();
      const budgetMs = waitForBudget(now);
      const blockMs = blockedUntil - now;
      if (budgetMs <= 0 && blockMs <= 0) return null;
      return blockMs >= budgetMs
        ? { waitMs: blockMs, isOwn: false, upstreamCode: blockedBy }
        : { waitMs: budgetMs, isOwn: true, upstreamCode: null };
    },
    take() {
      if (callsPerMinute === null) return;
      callTimes.push(clock.now());
      // Cut in bulk, so that counting a call costs the same whatever the budget is.
      if (callTimes.length >= 2 * callsPerMinute) callTimes = callTimes.slice(-callsPerMinute);
    },
    block(ms, upstreamCode) {
      const until = clock.now() + ms;
      if (until <= blockedUntil) return;
      blockedUntil = until;
      blockedBy = upstreamCode;
    },
  };
}

/** Milliseconds until the minute of this time ends: the vendor counts its quotas by the minute of the clock. */
export function msToMinuteEnd(epochMs: number): number {
  return WINDOW_MS - (((epochMs % WINDOW_MS) + WINDOW_MS) % WINDOW_MS);
}
