import type { Execution, PrintedOutput, Run, RunRecord } from "./model.ts";

/** How a run will go on one instance. Times are epoch milliseconds. */
export interface RecordPlan {
  readonly instanceId: string;
  /** Null if it never starts. */
  readonly startsAt: number | null;
  readonly endsAt: number;
  /** Status from the end on. */
  readonly outcome: string;
  readonly exitCode: number | null;
  readonly errorCode: string;
  readonly errorInfo: string;
  readonly mayBeCut: boolean;
  readonly output: () => PrintedOutput;
}

/** What every run has before it is known how it goes. */
export type RunBase = Omit<Run, "records" | "status" | "creationTime"> & { readonly creationTime: number };

const STOPPING_MS = 2_000;
/** The agent sends a first piece of at most about this many bytes while a command runs. */
const PARTIAL_LIMIT_BYTES = 6_000;

/** An execution that has not begun. */
export const WAITING: Execution = {
  status: "Pending",
  startTime: null,
  finishTime: null,
  stopTime: null,
  exitCode: null,
  repeats: 0,
  errorCode: "",
  errorInfo: "",
  mayBeCut: false,
  output: () => ({ bytes: new Uint8Array(), dropped: 0 }),
};

/**
 * Makes a run that moves from Pending over Running to its end, or to Terminated or Cancelled if somebody stops it before.
 * Plans are made on demand, and must be the same for the same index whenever they are asked for.
 */
export function createPlannedRun(base: RunBase, planOf: (index: number) => RecordPlan, stopTime: number | null): Run {
  const recordOf = (now: number, instanceId: string, index: number): RunRecord => {
    const execution = stoppableAt(planOf(index), now, stopTime);
    return toRecord(base, instanceId, execution, () => [execution]);
  };
  return {
    ...base,
    status: null,
    records: (now) => base.instanceIds.map((instanceId, index) => recordOf(now, instanceId, index)),
  };
}

/** The record of a run on one instance in the given state. */
export function toRecord(
  { creationTime }: RunBase,
  instanceId: string,
  execution: Execution,
  executions: () => readonly Execution[],
): RunRecord {
  const updateTime = execution.finishTime ?? execution.stopTime ?? execution.startTime ?? creationTime;
  return { ...execution, instanceId, creationTime, updateTime, executions };
}

/**
 * State of a planned execution at an instant; its partial output grows while it runs. A filter by state goes through more
 * than a hundred thousand of them: an object that is spelt out is made four times as fast as one that is spread.
 */
export function executionAt(plan: RecordPlan, now: number): Execution {
  const { startsAt, endsAt, outcome, exitCode, errorCode, errorInfo, mayBeCut, output } = plan;
  if (now >= endsAt) {
    const finishTime = startsAt === null ? null : endsAt;
    const repeats = startsAt === null ? 0 : 1;
    const status = outcome;
    const startTime = startsAt;
    return { status, startTime, finishTime, stopTime: null, exitCode, repeats, errorCode, errorInfo, mayBeCut, output };
  }
  if (startsAt === null || now < startsAt) return WAITING;
  const share = (now - startsAt) / (endsAt - startsAt);
  return { ...WAITING, status: "Running", startTime: startsAt, output: () => firstPart(output(), share) };
}

function stoppableAt(plan: RecordPlan, now: number, stopTime: number | null): Execution {
  if (stopTime === null || now < stopTime || plan.endsAt <= stopTime) return executionAt(plan, now);
  const before = executionAt(plan, stopTime);
  const endTime = stopTime + STOPPING_MS;
  if (now < endTime) return { ...before, status: "Stopping", stopTime };
  if (before.startTime === null) return { ...before, status: "Cancelled", stopTime };
  return { ...before, status: "Terminated", stopTime, finishTime: endTime, exitCode: -1, repeats: 1 };
}

function firstPart(output: PrintedOutput, share: number): PrintedOutput {
  const length = Math.min(Math.floor(output.bytes.length * share), PARTIAL_LIMIT_BYTES);
  return { bytes: output.bytes.subarray(0, length), dropped: 0 };
}
