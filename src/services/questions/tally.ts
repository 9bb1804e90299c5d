import {
  type InstanceInvocationStatus,
  type InvocationStatus,
  isFailedInstanceStatus,
  isFailedRun,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
} from "#domain";
import type { ExecutionOutline, RunOutline } from "#store";
import type { DurationQuantiles, StatisticsRow } from "../contract/index.ts";

/** One thing that is counted: a run, or an execution of it. */
export interface Counted {
  readonly status: InstanceInvocationStatus | InvocationStatus;
  readonly isFinal: boolean;
  readonly isFailed: boolean;
  readonly durationMs: number | null;
  readonly time: number | null;
}

/** A run as it is counted. */
export function countRun({ status, durationMs, time }: RunOutline): Counted {
  return {
    status,
    isFinal: isFinalInvocationStatus(status),
    isFailed: isFailedRun(status),
    durationMs,
    time,
  };
}

/** An execution as it is counted. */
export function countExecution({ time }: RunOutline, { status, durationMs }: ExecutionOutline): Counted {
  return {
    status,
    isFinal: isFinalInstanceStatus(status),
    isFailed: isFailedInstanceStatus(status),
    durationMs,
    time,
  };
}

/** What one row counts. Holds as much as there are different durations, however many things it counts. */
export interface Tally {
  count: number;
  finalCount: number;
  failedCount: number;
  readonly statuses: Map<Counted["status"], number>;
  readonly durations: Map<number, number>;
  latestTime: number | null;
}

/** An empty one. */
export function createTally(): Tally {
  return {
    count: 0,
    finalCount: 0,
    failedCount: 0,
    statuses: new Map(),
    durations: new Map(),
    latestTime: null,
  };
}

/** Adds one thing. */
export function addCounted(tally: Tally, { status, isFinal, isFailed, durationMs, time }: Counted): void {
  tally.count += 1;
  if (isFinal) tally.finalCount += 1;
  if (isFailed) tally.failedCount += 1;
  addTimes(tally.statuses, status, 1);
  if (durationMs !== null) addTimes(tally.durations, durationMs, 1);
  tally.latestTime = laterOf(tally.latestTime, time);
}

/** Adds all that another one counts. */
export function joinTally(tally: Tally, other: Tally): void {
  tally.count += other.count;
  tally.finalCount += other.finalCount;
  tally.failedCount += other.failedCount;
  for (const [status, times] of other.statuses) addTimes(tally.statuses, status, times);
  for (const [durationMs, times] of other.durations) addTimes(tally.durations, durationMs, times);
  tally.latestTime = laterOf(tally.latestTime, other.latestTime);
}

function addTimes<Key>(counts: Map<Key, number>, key: Key, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

function laterOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** The row of what was counted. */
export function toRow(
  { count, finalCount, failedCount, statuses, durations, latestTime }: Tally,
  named: Pick<StatisticsRow, "key" | "isRest" | "intervalStart" | "isComplete">,
): StatisticsRow {
  return {
    ...named,
    count,
    finalCount,
    failedCount,
    statusCounts: new Map([...statuses].sort(([a], [b]) => (a < b ? -1 : 1))),
    durationMs: quantilesOf(durations),
    latestTime,
  };
}

function quantilesOf(durations: ReadonlyMap<number, number>): DurationQuantiles | null {
  const ascending = [...durations].sort(([a], [b]) => a - b);
  const count = ascending.reduce((sum, [, times]) => sum + times, 0);
  const at = (share: number): number => {
    let left = Math.max(1, Math.ceil(share * count));
    for (const [durationMs, times] of ascending) {
      left -= times;
      if (left <= 0) return durationMs;
    }
    return 0;
  };
  return count === 0 ? null : { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
