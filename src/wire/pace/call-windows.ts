import type { Clock } from "#domain";
import { createCollectShare } from "./collect-share.ts";
import { createSlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";
import { createSpread, shareOf } from "./spread.ts";

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
