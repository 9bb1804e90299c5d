import type { Source } from "./source.ts";

/** Counts what one operation costs upstream and refuses what would exceed its budget. */
export interface CostMeter {
  /**
   * Called before every attempt that goes over the network.
   * @throws InputError `COST_LIMIT_EXCEEDED` where the operation's budget is used up; the attempt must then not be made.
   */
  spend(source: Source, action: string): void;
  /** An answer came from a cache instead of the network. */
  addCached(count: number): void;
  /** Calls that were not made because one call covered several needs. */
  addSaved(count: number): void;
  /**
   * Called before several calls of which it is known how many they are at least; nothing of them is to be made where it throws.
   * @throws InputError `COST_LIMIT_EXCEEDED` where they would go beyond the operation's budget.
   */
  foresee?(calls: number): void;
  /** What was given had been read at this time, by {@link Clock.elapsed}, and its source has failed since. */
  noteStale?(source: Source, readAt: number): void;
}

/** What travels with one client operation down the whole road. */
export interface Operation {
  /** Aborts when the client is gone or the deadline has passed; every wait on the road ends with it. */
  readonly signal: AbortSignal;
  /** By {@link Clock.elapsed}; no answer is later. */
  readonly deadline: number;
  /** Id of the client's request, for logs. */
  readonly requestId: string;
  readonly meter: CostMeter;
  /**
   * Set when the operation reads again what is known already. Its calls never wait for quota: a call that may not be made now
   * rejects at once with `THROTTLED` and `isPaced`. Absent for reads that somebody cannot do without: those wait.
   */
  readonly pace?: "refresh";
}
