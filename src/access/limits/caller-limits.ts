/** What one caller may use. 0 lifts a limit. */
export interface CallerLimits {
  readonly operationsPerMinute: number;
  /** Calls to the upstream that the caller's operations cause. */
  readonly callsPerMinute: number;
  /** Open at the same time. */
  readonly subscriptions: number;
  /** Rows that one operation could make by its `first` and `last` arguments. */
  readonly rows: number;
}

/** Names of the limits, in the order in which they are documented. */
export const LIMIT_NAMES = ["operationsPerMinute", "callsPerMinute", "subscriptions", "rows"] as const;

/** Limits of the callers of one access file. */
export interface LimitTable {
  readonly default: CallerLimits;
  /** By the caller's name; what a name does not set is as in the default. */
  readonly byName: ReadonlyMap<string, CallerLimits>;
}

/** No limit beyond those that hold for every client. */
export const NO_LIMITS: CallerLimits = Object.freeze({
  operationsPerMinute: 0,
  callsPerMinute: 0,
  subscriptions: 0,
  rows: 0,
});
