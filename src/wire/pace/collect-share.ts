import type { Clock } from "#domain";
import { type SlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";
import { shareOf } from "./spread.ts";

/** Of its share, collecting gets so much also while readers use the rest of the quota: a busy list is collected too, if slowly. */
const CERTAIN = 0.2;

/** Others who hold the whole quota may give something back: collecting looks again after so long. */
const LOOK_AGAIN_MS = 1_000;

/** Calls that collect: evenly, within a share of the quota, and with room left for readers. */
export interface CollectShare {
  /** Milliseconds until the next call may start; 0 means now. */
  msUntilDue(limit: number, isRetry: boolean): number;
  take(): Slot;
}

/**
 * @param share of the limit, above 0, at most 1
 * @param own the window of calls that collect
 * @param all the window that all calls share
 */
export function createCollectShare(share: number, own: SlidingWindow, all: SlidingWindow, clock: Clock): CollectShare {
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    msUntilDue(limit, isRetry) {
      if (limit < 1) return LOOK_AGAIN_MS;
      const most = Math.max(1, Math.floor(limit * share));
      const isCertain = own.used() < Math.max(1, Math.floor(most * CERTAIN));
      const fullMs = Math.max(own.msUntilFree(most), all.msUntilFree(isCertain ? limit : shareOf(limit)));
      return isRetry ? fullMs : Math.max(fullMs, lastAt + WINDOW_MS / (limit * share) - clock.elapsed());
    },
    take() {
      lastAt = clock.elapsed();
      return own.take();
    },
  };
}
