import type { Run } from "../world/index.ts";

type StatusClass = "waiting" | "success" | "failed" | "stopped";

interface StatusRow {
  readonly class: StatusClass;
  /** `InstanceInvokeStatus` of ECS DescribeInvocations, `InvokeStatus` of SWAS DescribeInvocations. */
  readonly legacyInstance: "Running" | "Finished" | "Failed" | "Stopped";
  /** `InvokeRecordStatus` of both result actions. */
  readonly legacyRecord: "Running" | "Stopping" | "Finished" | "Failed" | "Stopped";
}

const WAITING: StatusRow = { class: "waiting", legacyInstance: "Running", legacyRecord: "Running" };
const FAILED: StatusRow = { class: "failed", legacyInstance: "Failed", legacyRecord: "Failed" };
const STOPPED: StatusRow = { class: "stopped", legacyInstance: "Stopped", legacyRecord: "Stopped" };

/** The per-instance states of both products with their older partners (state tables of DescribeInvocations and DescribeInvocationResults). */
const STATUSES: Readonly<Record<string, StatusRow>> = {
  Pending: WAITING,
  Scheduled: WAITING,
  Running: WAITING,
  Stopping: { ...WAITING, legacyRecord: "Stopping" },
  Success: { class: "success", legacyInstance: "Finished", legacyRecord: "Finished" },
  Failed: { class: "failed", legacyInstance: "Finished", legacyRecord: "Finished" },
  Error: FAILED,
  Timeout: FAILED,
  Aborted: FAILED,
  Invalid: FAILED,
  Cancelled: STOPPED,
  Terminated: STOPPED,
};

// The documents do not say which of several unfinished states wins; this is the order in which they list them.
const PRECEDENCE = ["Pending", "Scheduled", "Running", "Stopping"] as const;

/** A word that no document knows counts as still waiting. */
function rowOf(status: string): StatusRow {
  return (Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined) ?? WAITING;
}

/** The older word of DescribeInvocations for one instance. */
export function legacyInstanceStatus(status: string): string {
  return rowOf(status).legacyInstance;
}

/** The older word of the result actions for one record. */
export function legacyRecordStatus(status: string): string {
  return rowOf(status).legacyRecord;
}

/** True when nothing follows any more. */
export function isFinal(status: string): boolean {
  return rowOf(status).class !== "waiting";
}

/** `InvocationStatus` of a whole run by the documented rules; a run on no instance at all is `Failed`. */
export function rollUp(statuses: readonly string[]): string {
  const waiting = PRECEDENCE.find((word) => statuses.includes(word));
  if (waiting !== undefined) return waiting;
  const classes = statuses.map((status) => rowOf(status).class);
  if (classes.includes("waiting")) return "Running";
  if (classes.length > 0 && classes.every((each) => each === "stopped")) return "Stopped";
  if (!classes.includes("success")) return "Failed";
  return classes.includes("failed") ? "PartialFailed" : "Success";
}

/** `InvokeStatus`, the older word for a whole run; a repeated run is `Running` until it is stopped or its schedule is over. */
export function legacyRunStatus(statuses: readonly string[]): string {
  if (statuses.includes("Stopping")) return "Stopping";
  const words = statuses.map(legacyInstanceStatus);
  if (words.includes("Running")) return "Running";
  if (words.length > 0 && words.every((word) => word === "Stopped")) return "Stopped";
  if (!words.includes("Failed")) return "Finished";
  return words.every((word) => word === "Failed") ? "Failed" : "PartialFailed";
}

/** What filters by state go by. */
interface RunState {
  readonly status: string;
  readonly legacyStatus: string;
  readonly isFinal: boolean;
}

/** What is final stays so; over thousands of runs it must not be worked out on every call. */
const finalStates = new WeakMap<Run, RunState>();

/** State of a whole run, in today's word and the older one. */
export function stateOf(run: Run, now: number): RunState {
  const known = finalStates.get(run);
  if (known !== undefined) return known;
  const statuses = run.records(now).map((record) => record.status);
  const status = run.status ?? rollUp(statuses);
  const state = { status, legacyStatus: legacyRunStatus(statuses), isFinal: statuses.every(isFinal) };
  if (state.isFinal) finalStates.set(run, state);
  return state;
}

/** Whether a run will run again (true), or runs only once or has ended (false): the filter `Timed`. */
export function willRunAgain(run: Run, now: number): boolean {
  return run.settings.repeatMode !== "Once" && !stateOf(run, now).isFinal;
}
