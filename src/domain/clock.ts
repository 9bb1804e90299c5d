/** Time as a parameter: the real one in `app.ts`, a fake one in tests. */
export interface Clock {
  /** Epoch milliseconds, for what people read and what is signed. Steps back and forth whenever somebody sets the machine's clock. */
  now(): number;
  /**
   * Milliseconds since some moment in the past, which only grow: for deadlines, pauses, quotas and ages. Comparable within one
   * process alone, and never with {@link Clock.now}.
   */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
