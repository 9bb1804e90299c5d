import type { Clock } from "#domain";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to; `sleep` resolves once the time has been moved past its end. */
export interface FakeClock extends Clock {
  /** Moves time on, wakes every sleeper that is due, earliest first, and lets their promises run. */
  advance(ms: number): Promise<void>;
  /** Sets the clock that people read, as an administrator or a time server does; no time passes. */
  setBack(ms: number): void;
  /** How long each `sleep` asked for, in order. */
  readonly sleeps: readonly number[];
}

/** Starts at 2026-01-02T03:04:05Z unless told otherwise. With `autoAdvance`, a sleep moves the time and ends at once. */
export function createFakeClock(
  start = Date.UTC(2026, 0, 2, 3, 4, 5),
  options: { readonly autoAdvance?: boolean } = {},
): FakeClock {
  let now = start;
  let offset = 0;
  let sleepers: Sleeper[] = [];
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now + offset,
    // Another scale on purpose: what mixes both is found out.
    elapsed: () => now - start + 1_000,
    setBack(ms) {
      offset -= ms;
    },
    sleep(ms, signal) {
      sleeps.push(ms);
      if (signal?.aborted) return Promise.resolve();
      if (options.autoAdvance) {
        now += ms;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const wake = () => {
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        sleepers.push({ until: now + ms, wake });
        signal?.addEventListener("abort", wake);
      });
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = sleepers.filter((sleeper) => sleeper.until <= end).sort((a, b) => a.until - b.until)[0];
        if (due === undefined) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== due);
        now = due.until;
        due.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = end;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
