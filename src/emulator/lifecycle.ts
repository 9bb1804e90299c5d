import type { CommandRecord, Execution, PrintedOutput, Run, RunRecord, RunSettings } from "./model.ts";
import { isFinal } from "./status.ts";

/** How a run will go on one instance. Times are epoch milliseconds. */
export interface RecordPlan {
  readonly instanceId: string;
  /** Null where it never starts. */
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

/** A run whose records follow from a plan and the time. */
export interface PlannedRun {
  readonly invokeId: string;
  readonly sequence: number;
  readonly creationTime: number;
  readonly command: CommandRecord;
  readonly settings: RunSettings;
  readonly instanceIds: readonly string[];
  /** Made on demand; the same for the same index whenever it is asked for. */
  readonly planOf: (index: number) => RecordPlan;
}

const STOPPING_MS = 2_000;
/** The agent sends a first piece of at most about this many bytes while a command runs. */
const PARTIAL_LIMIT_BYTES = 6_000;
const NOTHING: PrintedOutput = { bytes: new Uint8Array(), dropped: 0 };

/** Makes a run that moves with time from Pending over Running to its end, or to Terminated or Cancelled where it is stopped. */
export function createPlannedRun(plan: PlannedRun): Run {
  const stopTimes = new Map<string, number>();
  return {
    invokeId: plan.invokeId,
    sequence: plan.sequence,
    creationTime: plan.creationTime,
    command: plan.command,
    settings: plan.settings,
    instanceIds: plan.instanceIds,
    status: null,
    wire: null,
    records: (now) =>
      plan.instanceIds.map((instanceId, index) =>
        recordAt(plan.planOf(index), plan.creationTime, now, stopTimes.get(instanceId) ?? null),
      ),
    stop(now, instanceIds) {
      for (const [index, instanceId] of plan.instanceIds.entries()) {
        const isMeant = instanceIds.length === 0 || instanceIds.includes(instanceId);
        const { status } = executionAt(plan.planOf(index), now);
        if (isMeant && !isFinal(status) && !stopTimes.has(instanceId)) stopTimes.set(instanceId, now);
      }
    },
  };
}

function recordAt(plan: RecordPlan, creationTime: number, now: number, stopTime: number | null): RunRecord {
  const isStopped = stopTime !== null && stopTime <= now;
  const execution = isStopped ? stoppedAt(plan, now, stopTime) : executionAt(plan, now);
  return {
    ...execution,
    instanceId: plan.instanceId,
    creationTime,
    updateTime: execution.finishTime ?? execution.stopTime ?? execution.startTime ?? creationTime,
    username: null,
    oss: null,
    executions: () => [execution],
    wire: null,
  };
}

const WAITING: Execution = {
  status: "Pending",
  startTime: null,
  finishTime: null,
  stopTime: null,
  exitCode: null,
  repeats: 0,
  errorCode: "",
  errorInfo: "",
  mayBeCut: false,
  output: () => NOTHING,
};

/** State of a planned execution at an instant; its partial output grows while it runs. */
export function executionAt(plan: RecordPlan, now: number): Execution {
  if (now >= plan.endsAt) {
    return {
      status: plan.outcome,
      startTime: plan.startsAt,
      finishTime: plan.startsAt === null ? null : plan.endsAt,
      stopTime: null,
      exitCode: plan.exitCode,
      repeats: plan.startsAt === null ? 0 : 1,
      errorCode: plan.errorCode,
      errorInfo: plan.errorInfo,
      mayBeCut: plan.mayBeCut,
      output: plan.output,
    };
  }
  if (plan.startsAt === null || now < plan.startsAt) return WAITING;
  const share = (now - plan.startsAt) / (plan.endsAt - plan.startsAt);
  return { ...WAITING, status: "Running", startTime: plan.startsAt, output: () => firstPart(plan.output(), share) };
}

function stoppedAt(plan: RecordPlan, now: number, stopTime: number): Execution {
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
