import { type InstanceInvocationStatus, type InvocationStatus, isFinalInvocationStatus, rollUp } from "#domain";
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

/** The fields that may tell the state of a run, the first that is there wins. */
export const RUN_STATUS_FIELDS = ["InvocationStatus", "InvokeStatus"] as const;

/** The fields that may tell the state of a run on one instance, the first that is there wins. */
export const INSTANCE_STATUS_FIELDS = ["InvocationStatus", "InstanceInvokeStatus", "InvokeRecordStatus"] as const;

/** What a record says of a run's state. */
export interface ToldStatus {
  readonly status: InvocationStatus;
  readonly rawStatus: string;
  /** Whether InvocationStatus alone says that word, the field of the documents before says it too, or that one alone says any. */
  readonly by: "new" | "both" | "legacy";
}

/** The state of a run, null where no field tells it. */
export function readRunStatus(fields: Fields, reading: Reading): ToldStatus | null {
  const [now, before] = RUN_STATUS_FIELDS;
  const told = firstText(fields, RUN_STATUS_FIELDS, reading);
  if (told === null) return null;
  const isAlike = told.word.trim().toLowerCase() === readText(fields, before, reading)?.trim().toLowerCase();
  return {
    status: toMeaning(told.word, told.field, reading)?.run ?? "UNKNOWN",
    rawStatus: told.word,
    by: told.field !== now ? "legacy" : isAlike ? "both" : "new",
  };
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
 * The state of a run: as it is told, else rolled up from its instances. `Finished` tells of a run no more than of an instance: its
 * outcome is that of the instances, and while one goes on it is not over. Of a schedule it tells that it is not carried out again.
 */
export function statusOfRun({
  told,
  instances,
  timed,
}: {
  readonly told: { readonly status: InvocationStatus } | null;
  readonly instances: readonly { readonly status: InstanceInvocationStatus }[];
  readonly timed: boolean | null;
}): InvocationStatus {
  const rolledUp = rollUp(instances.map(({ status }) => status));
  if (told === null) return rolledUp;
  const isOver = timed === true || rolledUp === "UNKNOWN";
  return told.status !== "FINISHED" || (isOver && !isFinalInvocationStatus(rolledUp)) ? told.status : rolledUp;
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
