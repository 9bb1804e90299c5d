import {
  type InstanceInvocation,
  type InstanceInvocationStatus,
  type Invocation,
  type InvocationStatus,
  isFailedInstanceStatus,
  isFailedInvocationStatus,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  msBetween,
} from "#domain";

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

/** One thing that is counted: a run, or an execution of it. */
export interface Counted {
  readonly status: InstanceInvocationStatus | InvocationStatus;
  readonly isFinal: boolean;
  readonly isFailed: boolean;
  readonly durationMs: number | null;
  readonly time: number | null;
}

/** A run as it is counted. */
export function countRun({ status, creationTime }: Invocation, durationMs: number | null): Counted {
  return {
    status,
    isFinal: isFinalInvocationStatus(status),
    isFailed: isFailedInvocationStatus(status),
    durationMs,
    time: creationTime === null ? null : Date.parse(creationTime),
  };
}

/** An execution as it is counted. */
export function countExecution(run: Invocation, { status, startTime, finishTime }: InstanceInvocation): Counted {
  return {
    status,
    isFinal: isFinalInstanceStatus(status),
    isFailed: isFailedInstanceStatus(status),
    durationMs: msBetween(startTime, finishTime),
    time: run.creationTime === null ? null : Date.parse(run.creationTime),
  };
}

/** Gathers what one row counts. */
export interface Tally {
  readonly size: number;
  add(counted: Counted): void;
  /** Adds all that another one counts. */
  join(other: Tally): void;
  readonly all: readonly Counted[];
}

/** An empty one. */
export function createTally(): Tally {
  const all: Counted[] = [];
  return {
    get size() {
      return all.length;
    },
    add: (counted) => void all.push(counted),
    join(other) {
      for (const counted of other.all) all.push(counted);
    },
    all,
  };
}

/** The row of what was counted. */
export function toRow(
  { all }: Tally,
  named: Pick<StatisticsRow, "key" | "isRest" | "intervalStart" | "isComplete">,
): StatisticsRow {
  const statusCounts = new Map<Counted["status"], number>();
  for (const { status } of all) statusCounts.set(status, (statusCounts.get(status) ?? 0) + 1);
  const times = all.flatMap(({ time }) => time ?? []);
  return {
    ...named,
    count: all.length,
    finalCount: all.filter(({ isFinal }) => isFinal).length,
    failedCount: all.filter(({ isFailed }) => isFailed).length,
    statusCounts: new Map([...statusCounts].sort(([a], [b]) => (a < b ? -1 : 1))),
    durationMs: quantilesOf(all.flatMap(({ durationMs }) => durationMs ?? [])),
    latestTime: times.reduce<number | null>((latest, time) => Math.max(latest ?? time, time), null),
  };
}

function quantilesOf(durations: readonly number[]): DurationQuantiles | null {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
