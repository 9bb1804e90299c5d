import { failureRank, type InstanceInvocation, isFinalInstanceStatus } from "#domain";

type Told = Pick<InstanceInvocation, "status" | "rawStatus" | "startTime" | "finishTime" | "exitCode" | "repeats">;

/** Two actions may round the start of one attempt differently; nothing is carried out again within a minute. */
const SAME_START_MS = 30_000;

/** Positive if `read` tells of a later attempt than `known`, negative if of an earlier one; 0 if they may tell of one. */
export function compareAttempts(read: Told, known: Told): number {
  if (areNumberedApart(read, known)) return (read.repeats ?? 0) - (known.repeats ?? 0);
  if (read.startTime === null || known.startTime === null) return 0;
  const laterMs = Date.parse(read.startTime) - Date.parse(known.startTime);
  return Math.abs(laterMs) < SAME_START_MS ? 0 : laterMs;
}

/** True if the upstream gives the attempts different numbers. */
export function areNumberedApart({ repeats: one }: Told, { repeats: other }: Told): boolean {
  return (one ?? 0) > 0 && (other ?? 0) > 0 && one !== other;
}

/**
 * Which of two records of one attempt is believed if they tell different ends, whichever was read first: positive if `read` is. The
 * one with the later end, then the one that tells an outcome, then the worse outcome, then what is merely always the same. 0 if one
 * goes on, or if they do not differ.
 */
export function compareEnds(read: Told, known: Told): number {
  if (!isFinalInstanceStatus(read.status) || !isFinalInstanceStatus(known.status)) return 0;
  if (read.status === known.status && read.exitCode === known.exitCode) return 0;
  return (
    compare(read.finishTime ?? "", known.finishTime ?? "") ||
    Number(known.status === "FINISHED") - Number(read.status === "FINISHED") ||
    failureRank(known.status) - failureRank(read.status) ||
    compare(read.status, known.status) ||
    compare(read.exitCode ?? Number.NEGATIVE_INFINITY, known.exitCode ?? Number.NEGATIVE_INFINITY)
  );
}

function compare<Value extends string | number>(a: Value, b: Value): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
