import { type InstanceInvocationStatus, type InvocationStatus, isFinalInstanceStatus } from "#domain";
import { type Fields, readText } from "./fields.ts";
import type { Reading } from "./reading.ts";

/** A status word of either product and any generation, trimmed and in lower case. */
type StatusWord = Lowercase<Exclude<InstanceInvocationStatus, "UNKNOWN">> | "partialfailed";

interface Meaning {
  readonly instance: InstanceInvocationStatus;
  /** At run level an instance's word stands for its class. */
  readonly run: InvocationStatus;
}

/** The vendor's words of InvocationStatus, InvokeStatus, InstanceInvokeStatus and InvokeRecordStatus, all documents together. */
const MEANINGS: Readonly<Record<StatusWord, Meaning>> = {
  pending: { instance: "PENDING", run: "PENDING" },
  scheduled: { instance: "SCHEDULED", run: "SCHEDULED" },
  running: { instance: "RUNNING", run: "RUNNING" },
  stopping: { instance: "STOPPING", run: "STOPPING" },
  success: { instance: "SUCCESS", run: "SUCCESS" },
  failed: { instance: "FAILED", run: "FAILED" },
  partialfailed: { instance: "FAILED", run: "PARTIAL_FAILED" },
  error: { instance: "ERROR", run: "FAILED" },
  timeout: { instance: "TIMEOUT", run: "FAILED" },
  aborted: { instance: "ABORTED", run: "FAILED" },
  invalid: { instance: "INVALID", run: "FAILED" },
  cancelled: { instance: "CANCELLED", run: "STOPPED" },
  terminated: { instance: "TERMINATED", run: "STOPPED" },
  stopped: { instance: "STOPPED", run: "STOPPED" },
  finished: { instance: "FINISHED", run: "FINISHED" },
};

// As the vendor's documents write them; others take the long way.
const USUAL_WORDS: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(MEANINGS).map(([word, meaning]) => [`${word.slice(0, 1).toUpperCase()}${word.slice(1)}`, meaning]),
);

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

/** The fields that may tell the state of a run, the first that is there wins. */
export const RUN_STATUS_FIELDS = ["InvocationStatus", "InvokeStatus"] as const;

/** The fields that may tell the state of a run on one instance, the first that is there wins. */
export const INSTANCE_STATUS_FIELDS = ["InvocationStatus", "InstanceInvokeStatus", "InvokeRecordStatus"] as const;

/** The state of a run, null where no field tells it. */
export function readRunStatus(
  fields: Fields,
  reading: Reading,
): { readonly status: InvocationStatus; readonly rawStatus: string } | null {
  const told = firstText(fields, RUN_STATUS_FIELDS, reading);
  if (told === null) return null;
  return { status: toMeaning(told.word, told.field, reading)?.run ?? "UNKNOWN", rawStatus: told.word };
}

/** What else of a record bears on its state. */
export interface Ending {
  readonly exitCode: number | null;
  readonly finishTime: string | null;
}

/**
 * The state on one instance. `Finished` means what the exit code says, where there is one; so does a record without any
 * word that has an end (half of the records in the sample of 2018).
 */
export function readInstanceStatus(
  fields: Fields,
  ending: Ending,
  reading: Reading,
  names: readonly string[] = INSTANCE_STATUS_FIELDS,
): { readonly status: InstanceInvocationStatus; readonly rawStatus: string | null } {
  const told = firstText(fields, names, reading);
  if (told === null)
    return { status: ending.finishTime === null ? "UNKNOWN" : toOutcome(ending.exitCode), rawStatus: null };
  const status = toMeaning(told.word, told.field, reading)?.instance ?? "UNKNOWN";
  return { status: status === "FINISHED" ? toOutcome(ending.exitCode) : status, rawStatus: told.word };
}

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

function toOutcome(exitCode: number | null): InstanceInvocationStatus {
  if (exitCode === null) return "FINISHED";
  return exitCode === 0 ? "SUCCESS" : "FAILED";
}

function firstText(fields: Fields, names: readonly string[], reading: Reading) {
  for (const field of names) {
    const word = readText(fields, field, reading);
    if (word !== null) return { field, word };
  }
  return null;
}

function toMeaning(word: string, field: string, reading: Reading): Meaning | null {
  const usual = USUAL_WORDS.get(word);
  if (usual !== undefined) return usual;
  const key = word.trim().toLowerCase();
  if (isStatusWord(key)) return MEANINGS[key];
  reading.unknownWord(field, word);
  return null;
}

function isStatusWord(key: string): key is StatusWord {
  return Object.hasOwn(MEANINGS, key);
}
