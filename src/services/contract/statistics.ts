import type { InstanceInvocationStatus, InvocationStatus } from "#domain";

/** What rows are made for. `NONE` makes one row of everything. */
export type StatisticsGroup =
  | "NONE"
  | "COMMAND"
  | "INSTANCE"
  | "STATUS"
  | "PROVIDER"
  | "REGION"
  | "ACCOUNT"
  | "DAY"
  | "HOUR";

/** Stretches of time that rows are made for, in UTC. */
export type StatisticsInterval = "HOUR" | "DAY";

/** What is counted, and how. */
export interface StatisticsRequest {
  readonly by: StatisticsGroup;
  readonly interval: StatisticsInterval | null;
}

/** Quantiles by nearest rank, in milliseconds. */
export interface DurationQuantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** One row. */
export interface StatisticsRow {
  /** What the row is about, in the words of its group; null for all, and for what is left beyond the largest groups. */
  readonly key: string | null;
  /** True for the row of all groups that have no row of their own. */
  readonly isRest: boolean;
  /** Epoch milliseconds; null without an interval, and for runs without a creation time. */
  readonly intervalStart: number | null;
  /** Runs; executions on the server if the group is `INSTANCE`. */
  readonly count: number;
  /** How many of them are over. */
  readonly finalCount: number;
  /** How many of these failed. */
  readonly failedCount: number;
  readonly statusCounts: ReadonlyMap<InstanceInvocationStatus | InvocationStatus, number>;
  /** Null if nothing that is over tells how long it took. */
  readonly durationMs: DurationQuantiles | null;
  /** Epoch milliseconds: when the newest of them was handed in. */
  readonly latestTime: number | null;
  /** False if runs that are meant are not known, or were not gone through. */
  readonly isComplete: boolean;
}
