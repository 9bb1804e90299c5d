import type { Clock } from "#domain";

/** A clock that goes as another one, and can be set on; who sleeps meanwhile sleeps as long as before. */
export interface ClockAhead extends Clock {
  pass(ms: number): void;
}

export function createClockAhead(real: Clock): ClockAhead {
  let aheadMs = 0;
  return {
    ...real,
    now: () => real.now() + aheadMs,
    elapsed: () => real.elapsed() + aheadMs,
    pass(ms) {
      aheadMs += ms;
    },
  };
}
