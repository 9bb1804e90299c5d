import { executionAt, type RecordPlan } from "./lifecycle.ts";
import type { CommandRecord, Execution, Run, RunRecord, RunSettings } from "./model.ts";

/** A repeated run: every execution of every machine follows from its number. */
export interface ScheduledRun {
  readonly invokeId: string;
  readonly sequence: number;
  readonly creationTime: number;
  readonly command: CommandRecord;
  readonly settings: RunSettings;
  readonly instanceIds: readonly string[];
  readonly firstAt: number;
  readonly everyMs: number;
  /** Null where it goes on until somebody stops it. */
  readonly executionCount: number | null;
  /** Execution `number` (from 0) on a machine, due at `at`; must end before the next one is due. */
  readonly planOf: (instanceIndex: number, number: number, at: number) => RecordPlan;
}

/** The oldest executions of a long schedule are forgotten. */
const KEPT_EXECUTIONS = 200;

/** Makes a run that is Scheduled between its executions, Running during them, and ends with its schedule or when it is stopped. */
export function createScheduledRun(plan: ScheduledRun): Run {
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
      plan.instanceIds.map((instanceId, index) => recordAt(plan, index, now, stopTimes.get(instanceId) ?? null)),
    stop(now, instanceIds) {
      for (const instanceId of instanceIds.length > 0 ? instanceIds : plan.instanceIds) {
        if (!stopTimes.has(instanceId)) stopTimes.set(instanceId, now);
      }
    },
  };
}

function recordAt(plan: ScheduledRun, index: number, now: number, stopTime: number | null): RunRecord {
  const until = stopTime === null ? now : Math.min(now, stopTime);
  const started = until < plan.firstAt ? 0 : Math.floor((until - plan.firstAt) / plan.everyMs) + 1;
  const count = Math.min(started, plan.executionCount ?? started);
  const executionOf = (number: number): Execution => {
    const at = plan.firstAt + number * plan.everyMs;
    return { ...executionAt(plan.planOf(index, number, at), until), repeats: number + 1 };
  };
  const latest = count === 0 ? null : executionOf(count - 1);
  const state = stateOf(plan, latest, count, stopTime !== null && stopTime <= now ? stopTime : null);
  return {
    ...state,
    instanceId: plan.instanceIds[index] ?? "",
    creationTime: plan.creationTime,
    updateTime: state.finishTime ?? state.startTime ?? plan.creationTime,
    username: null,
    oss: null,
    executions: () => {
      const kept = Math.min(count, KEPT_EXECUTIONS);
      return kept === 0 ? [state] : Array.from({ length: kept }, (_, i) => executionOf(count - 1 - i));
    },
    wire: null,
  };
}

const NOT_YET: Execution = {
  status: "Scheduled",
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

// Between two executions the state is Scheduled, and the values are those of the one before.
function stateOf(plan: ScheduledRun, latest: Execution | null, count: number, stopTime: number | null): Execution {
  if (stopTime !== null) return { ...(latest ?? NOT_YET), status: latest ? "Terminated" : "Cancelled", stopTime };
  if (latest === null) return NOT_YET;
  const isLast = count === plan.executionCount;
  const isBusy = latest.status === "Running" || latest.status === "Pending";
  return isBusy || isLast ? latest : { ...latest, status: "Scheduled" };
}
