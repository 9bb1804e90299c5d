import type { Clock } from "#domain";

/** When the issuer may be asked again. */
export interface RefreshSchedule {
  isDue(): boolean;
  /** Milliseconds until it may; 0 if it may now. */
  waitMs(): number;
  succeeded(): void;
  failed(): void;
  /** Failures since the last success. */
  readonly failures: number;
}

// Tokens that name unknown keys, true or invented, cost one look in so long.
const COOLDOWN_MS = 30_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

/** Once in 30 seconds after a success; after failures 1 second, then twice as long each time, up to a minute. */
export function createRefreshSchedule(clock: Pick<Clock, "elapsed">): RefreshSchedule {
  let dueAt = 0;
  let failures = 0;
  const waitMs = () => Math.max(0, dueAt - clock.elapsed());
  return {
    isDue: () => waitMs() === 0,
    waitMs,
    succeeded() {
      failures = 0;
      dueAt = clock.elapsed() + COOLDOWN_MS;
    },
    failed() {
      failures += 1;
      dueAt = clock.elapsed() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
    },
    get failures() {
      return failures;
    },
  };
}
