import type { Clock } from "#domain";
import { type SlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";

/** The share of the quota that refreshes may use, and single reads while there are refreshes: each side keeps a fifth. */
const SHARE = 0.8;

/** Refreshes of one action: at once while little is used, then evenly, so that a burst is not followed by a silent minute. */
export interface Spread {
  /** Milliseconds until the next refresh may start; 0 means now. */
  msUntilDue(limit: number, isRetry: boolean): number;
  take(): Slot;
}

/** Calls that one side may make of a limit. */
export function shareOf(limit: number): number {
  return Math.max(1, Math.floor(limit * SHARE));
}

/**
 * @param all the window that all calls share
 * @param collected how many of these nobody asked for: they make no refresh come later than the quota says
 */
export function createSpread(
  refreshes: SlidingWindow,
  all: SlidingWindow,
  clock: Clock,
  collected: () => number,
): Spread {
  let lastAt = Number.NEGATIVE_INFINITY;

  const msUntilTurn = (limit: number) => {
    const used = refreshes.used();
    if (all.used() - collected() <= limit / 4) return 0;
    const now = clock.elapsed();
    const left = shareOf(limit) - used;
    // What a burst left over has to last until its first call leaves the window.
    const lastsMs = used === 0 ? 0 : now + refreshes.msUntilFree(used) - lastAt;
    const intervalMs = Math.max(WINDOW_MS / (limit * SHARE), lastsMs / (left + 1));
    return Math.max(0, lastAt + intervalMs - now);
  };

  return {
    msUntilDue(limit, isRetry) {
      const fullMs = Math.max(all.msUntilFree(limit), refreshes.msUntilFree(shareOf(limit)));
      // A full window is waited for; an interval on top of that would be counted from a call that is gone by then.
      return fullMs > 0 || isRetry ? fullMs : msUntilTurn(limit);
    },
    take() {
      lastAt = clock.elapsed();
      return refreshes.take();
    },
  };
}
