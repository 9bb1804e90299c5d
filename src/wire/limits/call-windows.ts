import type { Clock } from "#domain";
import { createSlidingWindow, type Slot, WINDOW_MS } from "./sliding-window.ts";
import { createSpread, shareOf } from "./spread.ts";

/** The calls of the last 60 s, together and by kind. */
export interface CallWindows {
  used(): number;
  /** Until a single read may be made, others having come before; leaves room for refreshes while there are any. */
  msUntilFree(limit: number, others: number): number;
  msUntilRefresh(limit: number, isRetry: boolean): number;
  takeSingle(onGivenBack: () => void): Slot;
  takeRefresh(onGivenBack: () => void): Slot;
}

/** Starts empty. */
export function createCallWindows(clock: Clock): CallWindows {
  const all = createSlidingWindow(clock);
  const singles = createSlidingWindow(clock);
  const spread = createSpread(createSlidingWindow(clock), all, clock);
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
    takeSingle: (onGivenBack) => take(singles, onGivenBack),
    takeRefresh: (onGivenBack) => take(spread, onGivenBack),
  };
}
