/** How often, and after what pause, a call is tried again. */
export interface RetrySettings {
  /** Attempts of one call, the first included. */
  readonly maxAttempts: number;
  /** The same for errors that asking again seldom cures. */
  readonly maxAttemptsAfterInternalError: number;
  /** The same for time-outs, which cost the client the most. */
  readonly maxAttemptsAfterTimeout: number;
  /** The first pause is random up to this, each further one up to twice as much. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Retries that a source may have saved up. */
  readonly savedRetries: number;
  /** What a successful call adds to them: bounds how much an outage multiplies calls. */
  readonly savedPerSuccess: number;
}

/** Retries that one source has left; an outage uses them up, successes bring them back slowly (as the AWS SDKs do it). */
export interface RetryBudget {
  /** False where none is left; nothing is taken then. */
  take(): boolean;
  addSuccess(): void;
}

/** Starts full. */
export function createRetryBudget({ savedRetries, savedPerSuccess }: RetrySettings): RetryBudget {
  let left = savedRetries;
  return {
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    addSuccess() {
      left = Math.min(savedRetries, left + savedPerSuccess);
    },
  };
}

/**
 * Pause before the next attempt with full jitter: evenly random between nothing and a bound that doubles.
 * @param attempt the one that failed, counted from 1.
 * @param fraction random, from 0 to 1.
 */
export function choosePauseMs(settings: RetrySettings, attempt: number, fraction: number): number {
  return fraction * Math.min(settings.longestPauseMs, settings.firstPauseMs * 2 ** (attempt - 1));
}
