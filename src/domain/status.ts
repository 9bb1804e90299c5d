/** State of a whole run. */
export type InvocationStatus =
  | "PENDING"
  | "SCHEDULED"
  | "RUNNING"
  | "STOPPING"
  | "SUCCESS"
  | "PARTIAL_FAILED"
  | "FAILED"
  | "STOPPED"
  | "FINISHED"
  | "UNKNOWN";

/** State of a run on one instance. */
export type InstanceInvocationStatus =
  | "PENDING"
  | "SCHEDULED"
  | "RUNNING"
  | "STOPPING"
  | "SUCCESS"
  | "FAILED"
  | "ERROR"
  | "TIMEOUT"
  | "ABORTED"
  | "INVALID"
  | "CANCELLED"
  | "TERMINATED"
  | "STOPPED"
  | "FINISHED"
  | "UNKNOWN";

const INVOCATION_FINAL: Readonly<Record<InvocationStatus, boolean>> = {
  PENDING: false,
  SCHEDULED: false,
  RUNNING: false,
  STOPPING: false,
  SUCCESS: true,
  PARTIAL_FAILED: true,
  FAILED: true,
  STOPPED: true,
  FINISHED: true,
  UNKNOWN: false,
};

const INSTANCE_FINAL: Readonly<Record<InstanceInvocationStatus, boolean>> = {
  PENDING: false,
  SCHEDULED: false,
  RUNNING: false,
  STOPPING: false,
  SUCCESS: true,
  FAILED: true,
  ERROR: true,
  TIMEOUT: true,
  ABORTED: true,
  INVALID: true,
  CANCELLED: true,
  TERMINATED: true,
  STOPPED: true,
  FINISHED: true,
  UNKNOWN: false,
};

/** Every run status, in the order of the schema. */
export const INVOCATION_STATUSES = Object.keys(INVOCATION_FINAL) as readonly InvocationStatus[];

/** Every per-instance status, in the order of the schema. */
export const INSTANCE_INVOCATION_STATUSES = Object.keys(INSTANCE_FINAL) as readonly InstanceInvocationStatus[];

/** True when a run in this state never changes again. `UNKNOWN` is not final. */
export function isFinalInvocationStatus(status: InvocationStatus): boolean {
  return INVOCATION_FINAL[status];
}

/** True for a run that is over, if every server could tell of its part in it, and had the time to. */
export function hasEnded(run: {
  readonly status: InvocationStatus;
  readonly isEarly?: true;
  readonly mayBeElsewhere?: true;
}): boolean {
  return isFinalInvocationStatus(run.status) && run.isEarly !== true && run.mayBeElsewhere !== true;
}

/** States of a run of which an instance failed. */
export const FAILED_RUN_STATUSES: readonly InvocationStatus[] = ["FAILED", "PARTIAL_FAILED"];

/** True for a run that ended in one of {@link FAILED_RUN_STATUSES}. */
export function isFailedRun(status: InvocationStatus): boolean {
  return FAILED_RUN_STATUSES.includes(status);
}

/** True when a run in this state on one instance never changes again. `UNKNOWN` is not final. */
export function isFinalInstanceStatus(status: InstanceInvocationStatus): boolean {
  return INSTANCE_FINAL[status];
}

/** The vendor's words for what is carried out more than once (its document DescribeInvocations, RepeatMode). */
const REPEAT_MODES: ReadonlySet<string> = new Set(["Period", "EveryReboot"]);

/** True when the run and everything that it did will never change again. */
export function isFinalRun(run: {
  readonly status: InvocationStatus;
  readonly instances: readonly { readonly status: InstanceInvocationStatus }[];
}): boolean {
  return isFinalInvocationStatus(run.status) && run.instances.every((one) => isFinalInstanceStatus(one.status));
}

/**
 * True for a run that is carried out again until somebody stops it: its latest result is replaced by the next one. What is scheduled
 * runs again, whatever `timed` says.
 */
export function isRepeated(run: {
  readonly status: InvocationStatus;
  readonly timed: boolean | null;
  readonly repeatMode: string | null;
}): boolean {
  const isOn = run.timed !== false || run.status === "SCHEDULED";
  return isOn && REPEAT_MODES.has(run.repeatMode ?? "") && !isFinalInvocationStatus(run.status);
}

/** Whether a run is carried out more than once, be it over; null if it does not tell. */
export function hasRepeats({ repeatMode }: Pick<Parameters<typeof isRepeated>[0], "repeatMode">): boolean | null {
  return repeatMode === null ? null : REPEAT_MODES.has(repeatMode);
}

/** True for a run that is over and was carried out once: its latest results are its whole history. */
export function wasOnce(run: Pick<Parameters<typeof isRepeated>[0], "status" | "repeatMode">): boolean {
  return isFinalInvocationStatus(run.status) && hasRepeats(run) === false;
}

type Outcome = "success" | "failure" | "stop" | "end" | "unknown" | "none";

/** What each state of an instance adds to the state of its run. */
const OUTCOMES: Readonly<Record<InstanceInvocationStatus, Outcome>> = {
  PENDING: "none",
  SCHEDULED: "none",
  RUNNING: "none",
  STOPPING: "none",
  SUCCESS: "success",
  FAILED: "failure",
  ERROR: "failure",
  TIMEOUT: "failure",
  ABORTED: "failure",
  INVALID: "failure",
  CANCELLED: "stop",
  TERMINATED: "stop",
  STOPPED: "stop",
  FINISHED: "end",
  UNKNOWN: "unknown",
};

/** In the order of the vendor's list, which is taken for their precedence. */
const UNFINISHED = ["PENDING", "SCHEDULED", "RUNNING", "STOPPING"] as const;

/**
 * The state of a run from the states on its instances, for where the upstream gives none. The vendor's document
 * DescribeInvocations, field InvocationStatus; a run without instances and one with an unknown state is `UNKNOWN`, and
 * where an outcome was not told and nothing failed it is `FINISHED`.
 */
export function rollUp(statuses: readonly InstanceInvocationStatus[]): InvocationStatus {
  const unfinished = UNFINISHED.find((status) => statuses.includes(status));
  if (unfinished !== undefined) return unfinished;
  const outcomes = new Set(statuses.filter(isFinalInstanceStatus).map((status) => OUTCOMES[status]));
  if (statuses.length === 0 || statuses.includes("UNKNOWN")) return "UNKNOWN";
  const isAnyWell = outcomes.has("success") || outcomes.has("end");
  if (outcomes.has("failure")) return isAnyWell ? "PARTIAL_FAILED" : "FAILED";
  if (!isAnyWell) return "STOPPED";
  return outcomes.has("end") ? "FINISHED" : "SUCCESS";
}

/** What a run came to, if its own record says only that it ended and its instances say how. */
export function settledStatus(
  status: InvocationStatus,
  instances: readonly { readonly status: InstanceInvocationStatus }[],
): InvocationStatus {
  if (status !== "FINISHED") return status;
  const outcome = rollUp(instances.map((instance) => instance.status));
  return isFinalInvocationStatus(outcome) ? outcome : status;
}

interface HasStatus {
  readonly status: InstanceInvocationStatus;
}

/**
 * True for a run that a list of one instance's runs alone told of, and whose own word says what this instance cannot have come to alone:
 * it has others that the list leaves out. Also if it has no word of its own: nothing says that it has no others.
 */
export function lacksOthers(run: {
  readonly isNarrowed?: true;
  readonly status: InvocationStatus;
  readonly rawStatus: string | null;
  readonly isInstanceWord?: true;
  readonly timed: boolean | null;
  readonly repeatMode: string | null;
  readonly instances: readonly HasStatus[];
}): boolean {
  if (run.isNarrowed !== true || isRepeated(run)) return false;
  if (!hasOwnWord(run)) return true;
  const { status } = run;
  const here = rollUp(run.instances.map((one) => one.status));
  if ([status, here].some((one) => one === "UNKNOWN" || one === "FINISHED")) return false;
  const isOver = isFinalInvocationStatus(status);
  return isOver !== isFinalInvocationStatus(here) || (isOver && status !== here);
}

/** An upstream nests so many instances in a run's record at most, or twice as many. */
const NESTED_MAX = 50;

/** True if a record shows as many instances as it may be cut to, or none at all: there may be others. */
export function mayBeCut({ instances }: { readonly instances: readonly unknown[] }): boolean {
  return instances.length % NESTED_MAX === 0;
}

const ENDS = ["SUCCESS", "FAILED", "CANCELLED"] as const;

/**
 * True for a run that is over, and whose record nests as many instances as it may be cut to: they have not come to the end that it
 * tells, and would with others.
 */
export function isCutShort(run: {
  readonly status: InvocationStatus;
  readonly rawStatus: string | null;
  readonly instances: readonly HasStatus[];
}): boolean {
  const here = run.instances.map(({ status }) => status);
  if (here.length === 0 || !mayBeCut(run) || run.rawStatus === null) return false;
  if (!here.every(isFinalInstanceStatus) || rollUp(here) === run.status || run.status === "FINISHED") return false;
  return ENDS.some((end) => rollUp([...here, end]) === run.status);
}

/** True for a run that failed by its own word, and whose record shows no instance that may have: it has others, or shows none at all. */
export function hidesFailure(run: {
  readonly status: InvocationStatus;
  readonly rawStatus: string | null;
  readonly isInstanceWord?: true;
  readonly instances: readonly HasStatus[];
}): boolean {
  if (!hasOwnWord(run) || !isFailedRun(run.status)) return false;
  return run.instances.every(({ status }) => ["success", "stop"].includes(OUTCOMES[status]));
}

/** True for a run of which a record tells the state of the whole. */
export function hasOwnWord(run: { readonly rawStatus: string | null; readonly isInstanceWord?: true }): boolean {
  return run.rawStatus !== null && run.isInstanceWord !== true;
}

/** True for a run whose end only its instances tell: no record of it says a word of its own that is an end. */
export function isConcluded(run: {
  readonly status: InvocationStatus;
  readonly rawStatus: string | null;
  readonly isInstanceWord?: true;
}): boolean {
  const word = run.rawStatus?.trim().toUpperCase();
  return isFinalInvocationStatus(run.status) && (!hasOwnWord(run) || UNFINISHED.some((status) => status === word));
}

/**
 * State of a run whose instances are known so now: its own record may be older than the results that tell their ends, and says then
 * that the run goes on, or what only some of them came to. A record that may lack instances, or of a run that is repeated, is believed.
 * A run of which no record says a word of its own is rolled up.
 */
export function statusAfter(
  run: {
    readonly status: InvocationStatus;
    readonly rawStatus: string | null;
    readonly isInstanceWord?: true;
    readonly timed: boolean | null;
    readonly repeatMode: string | null;
    readonly missingInstances?: number;
    readonly isNarrowed?: true;
    readonly instances: readonly HasStatus[];
  },
  instances: readonly HasStatus[],
): InvocationStatus {
  if (!hasOwnWord(run)) return rollUp(instances.map(({ status }) => status));
  const isEach = (all: readonly HasStatus[]) => all.every(({ status }) => isFinalInstanceStatus(status));
  const isWhole = run.missingInstances === undefined && run.isNarrowed !== true && !mayBeCut({ instances });
  const isBehind = isWhole && !isEach(run.instances) && isEach(instances);
  return settledStatus(isBehind && mayBeOutdated(run) ? "FINISHED" : run.status, instances);
}

/** True for a word that was told before its instances had ended and that their ends may contradict. A stop stays one however they end. */
function mayBeOutdated(run: Parameters<typeof isRepeated>[0]): boolean {
  return (
    run.status === "SUCCESS" || isFailedRun(run.status) || !(isFinalInvocationStatus(run.status) || isRepeated(run))
  );
}

/** Where an instance stands if failures come first: 0 failed, 1 not over, 2 stopped or of unknown outcome, 3 ended well. */
export function failureRank(status: InstanceInvocationStatus): 0 | 1 | 2 | 3 {
  if (isFailedInstanceStatus(status)) return 0;
  if (!isFinalInstanceStatus(status)) return 1;
  return status === "SUCCESS" ? 3 : 2;
}

/** True if it came to its end, and not well; what somebody stopped did not fail. */
export function isFailedInstanceStatus(status: InstanceInvocationStatus): boolean {
  return FAILED_INSTANCE.has(status);
}

const FAILED_INSTANCE: ReadonlySet<InstanceInvocationStatus> = new Set([
  "FAILED",
  "ERROR",
  "TIMEOUT",
  "ABORTED",
  "INVALID",
]);
