import { createFairQueue, type Owner } from "./fair-queue.ts";

/** Gives a turn back; calling it again does nothing. */
type Release = () => void;

/** Lets only so many calls of one source run at once. */
export interface Turns {
  /** Waits for a turn, fairly between clients and their operations. Null when the signal aborted first. */
  take(owner: Owner, signal: AbortSignal): Promise<Release | null>;
}

/** @param limit how many may run at once, at least 1. */
export function createTurns(limit: number): Turns {
  let running = 0;
  const waiting = createFairQueue<(release: Release) => void>();

  const createRelease = (): Release => {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const start = waiting.take();
      if (start === null) running -= 1;
      else start(createRelease());
    };
  };

  return {
    take(owner, signal) {
      if (signal.aborted) return Promise.resolve(null);
      if (running < limit) {
        running += 1;
        return Promise.resolve(createRelease());
      }
      return new Promise((resolve) => {
        const start = (release: Release) => {
          signal.removeEventListener("abort", giveUp);
          resolve(release);
        };
        const giveUp = () => {
          waiting.remove(owner, start);
          resolve(null);
        };
        signal.addEventListener("abort", giveUp, { once: true });
        waiting.add(owner, start);
      });
    },
  };
}
