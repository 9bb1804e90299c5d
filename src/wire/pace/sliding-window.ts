import type { Clock } from "#domain";

/** Length of the window in which calls are counted. */
export const WINDOW_MS = 60_000;

/** A call's place in the window. Both ends may be called again and then do nothing. */
export interface Slot {
  /** The call has ended: its place is free again 60 s from now. */
  end(): void;
  /** The call was not made: its place is free at once. */
  cancel(): void;
}

/**
 * The calls of the last 60 seconds. A call counts from when it may be sent until 60 s after its end: nobody here knows when in
 * between it reached the upstream, and so no 60 s of the upstream's time hold more calls than the limit.
 */
export interface SlidingWindow {
  used(): number;
  /**
   * Milliseconds until the window holds fewer calls than the limit, so many others having come before; 0 means now. Calls under way
   * are taken to end now.
   */
  msUntilFree(limit: number, others?: number): number;
  take(): Slot;
}

/** Starts empty. */
export function createSlidingWindow(clock: Clock): SlidingWindow {
  let running = 0;
  /** When each ended call leaves the window, ascending. */
  let leaving: number[] = [];

  const prune = (now: number) => {
    const kept = leaving.findIndex((time) => time > now);
    if (kept !== 0) leaving = kept === -1 ? [] : leaving.slice(kept);
  };

  return {
    used() {
      prune(clock.elapsed());
      return running + leaving.length;
    },
    msUntilFree(limit, others = 0) {
      const now = clock.elapsed();
      prune(now);
      const used = running + leaving.length;
      const last = used + others - limit;
      if (last < 0) return 0;
      if (used === 0) return WINDOW_MS;
      // Those who come before take the places that are left first, and leave them a window later.
      const leftAt = leaving[last % used] ?? now + WINDOW_MS;
      return leftAt - now + Math.floor(last / used) * WINDOW_MS;
    },
    take() {
      running += 1;
      let isTaken = true;
      const giveBack = () => {
        if (!isTaken) return false;
        isTaken = false;
        running -= 1;
        return true;
      };
      return {
        end() {
          if (giveBack()) leaving.push(clock.elapsed() + WINDOW_MS);
        },
        cancel() {
          giveBack();
        },
      };
    },
  };
}
