import type { Clock } from "#domain";
import { createSlidingWindow, type SlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";

/** The calls of the last 60 s, together and by kind. */
export interface CallWindows {
  used(): number;
  /** Until a single read may be made, others having come before; leaves room for refreshes while there are any. */
  msUntilFree(limit: number, others: number): number;
  msUntilRefresh(limit: number, isRetry: boolean): number;
  msUntilCollect(limit: number, isRetry: boolean): number;
  takeSingle(onGivenBack: () => void): Slot;
  takeRefresh(onGivenBack: () => void): Slot;
  takeCollect(onGivenBack: () => void): Slot;
}

/** Starts empty. @param collectShare share of the limit that collecting may use: above 0, at most 1 */
export function createCallWindows(clock: Clock, collectShare: number): CallWindows {
  const all = createSlidingWindow(clock);
  const singles = createSlidingWindow(clock);
  const collects = createSlidingWindow(clock);
  const collecting = createCollectShare(collectShare, collects, all, clock);
  const spread = createSpread(createSlidingWindow(clock), all, clock, () => collects.used());
  let refreshAskedAt = Number.NEGATIVE_INFINITY;

  const take = (own: { take(): Slot }, onGivenBack: () => void): Slot => {
    const slots = [all.take(), own.take()];
    const giveBack = (how: "end" | "cancel") => () => {
      for (const slot of slots) slot[how]();
      onGivenBack();
    };
    return { end: giveBack("end"), cancel: giveBack("cancel") };
  };

  return {
    used: () => all.used(),
    msUntilFree(limit, others) {
      const isShared = clock.elapsed() - refreshAskedAt < WINDOW_MS;
      return Math.max(all.msUntilFree(limit, others), isShared ? singles.msUntilFree(shareOf(limit), others) : 0);
    },
    msUntilRefresh(limit, isRetry) {
      refreshAskedAt = clock.elapsed();
      return spread.msUntilDue(limit, isRetry);
    },
    msUntilCollect: collecting.msUntilDue,
    takeSingle: (onGivenBack) => take(singles, onGivenBack),
    takeRefresh: (onGivenBack) => take(spread, onGivenBack),
    takeCollect: (onGivenBack) => take(collecting, onGivenBack),
  };
}

/** The share of the quota that refreshes may use, and single reads while there are refreshes: each side keeps a fifth. */
const SHARE = 0.8;

/** Refreshes of one action: at once while little is used, then evenly, so that a burst is not followed by a silent minute. */
interface Spread {
  /** Milliseconds until the next refresh may start; 0 means now. */
  msUntilDue(limit: number, isRetry: boolean): number;
  take(): Slot;
}

/** Calls that one side may make of a limit. */
function shareOf(limit: number): number {
  return Math.max(1, Math.floor(limit * SHARE));
}

/**
 * @param all the window that all calls share
 * @param collected how many of these nobody asked for: they make no refresh come later than the quota says
 */
function createSpread(refreshes: SlidingWindow, all: SlidingWindow, clock: Clock, collected: () => number): Spread {
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

/** Of its share, collecting gets so much also while readers use the rest of the quota: a busy list is collected too, if slowly. */
const CERTAIN = 0.2;

/** Others who hold the whole quota may give something back: collecting looks again after so long. */
const LOOK_AGAIN_MS = 1_000;

/** Calls that collect: evenly, within a share of the quota, and with room left for readers. */
interface CollectShare {
  /** Milliseconds until the next call may start; 0 means now. */
  msUntilDue(limit: number, isRetry: boolean): number;
  take(): Slot;
}

/**
 * @param share of the limit, above 0, at most 1
 * @param own the window of calls that collect
 * @param all the window that all calls share
 */
function createCollectShare(share: number, own: SlidingWindow, all: SlidingWindow, clock: Clock): CollectShare {
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
