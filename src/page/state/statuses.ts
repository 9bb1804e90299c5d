import type { InstanceInvocationStatus, InvocationStatus } from "cloud-assistant-gateway/client";

/** What a status means for somebody who looks for what failed. Also the name of its colour and shape. */
export type Tone = "good" | "bad" | "mixed" | "busy" | "waiting" | "stopped" | "unknown";

/** Any status, of a run or of one instance. */
export type AnyStatus = InvocationStatus | InstanceInvocationStatus;

const TONES: Readonly<Record<AnyStatus, Tone>> = {
  PENDING: "waiting",
  SCHEDULED: "waiting",
  RUNNING: "busy",
  STOPPING: "busy",
  SUCCESS: "good",
  PARTIAL_FAILED: "mixed",
  FAILED: "bad",
  ERROR: "bad",
  TIMEOUT: "bad",
  ABORTED: "bad",
  INVALID: "bad",
  CANCELLED: "stopped",
  TERMINATED: "stopped",
  STOPPED: "stopped",
  FINISHED: "unknown",
  UNKNOWN: "unknown",
};

/** The tone of a status; a word that a newer gateway adds is unknown. */
export function toneOf(status: AnyStatus): Tone {
  return TONES[status] ?? "unknown";
}

/** States of an instance that failed, in the order in which a reader wants them. */
export const FAILED_STATES: readonly InstanceInvocationStatus[] = ["FAILED", "ERROR", "TIMEOUT", "ABORTED", "INVALID"];

/** States of an instance that is not over. */
export const OPEN_STATES: readonly InstanceInvocationStatus[] = [
  "RUNNING",
  "STOPPING",
  "PENDING",
  "SCHEDULED",
  "UNKNOWN",
];

/** States of an instance that is over and did not fail. */
export const CLOSED_STATES: readonly InstanceInvocationStatus[] = [
  "STOPPED",
  "CANCELLED",
  "TERMINATED",
  "FINISHED",
  "SUCCESS",
];

const TONE_ORDER: readonly Tone[] = ["bad", "busy", "waiting", "stopped", "unknown", "mixed", "good"];

/** How many instances are in one state. */
export interface StatusCount {
  readonly status: InstanceInvocationStatus;
  readonly count: number;
}

/** Counts with failures first and what went well last. */
export function orderCounts(counts: readonly StatusCount[]): readonly StatusCount[] {
  const rank = ({ status }: StatusCount): number => TONE_ORDER.indexOf(toneOf(status));
  return counts.toSorted((one, other) => rank(one) - rank(other) || other.count - one.count);
}

/** Instances in any of these states. */
export function countOf(counts: readonly StatusCount[], states: readonly InstanceInvocationStatus[]): number {
  return counts.reduce((sum, { status, count }) => (states.includes(status) ? sum + count : sum), 0);
}
