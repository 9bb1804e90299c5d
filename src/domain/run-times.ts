import type { Execution, Instant, Invocation } from "./invocation.ts";
import { isFinalInstanceStatus, isFinalInvocationStatus } from "./status.ts";

/** How long an upstream may owe the end of an execution that is over, once its own time limit has passed. */
const END_OWED_MS = 600_000;

/**
 * True if the execution is over, but the upstream has not told when: its output may still grow. False ten minutes after it must
 * have ended, since some upstreams never tell. @param now epoch milliseconds
 */
export function isEndOwed(execution: Execution, run: Pick<Invocation, "timeoutSeconds"> | null, now: number): boolean {
  const { startTime } = execution;
  if (startTime === null || !lacksEnd(execution)) return false;
  return now < Date.parse(startTime) + (run?.timeoutSeconds ?? 0) * 1_000 + END_OWED_MS;
}

/** For so long after a run was created the upstream may not tell yet of all of its parts, in milliseconds. */
export const APPEARS_WITHIN_MS = 15_000;

/** True if a run was read early, and everything of it has had the time to appear since. @param now epoch milliseconds */
export function isDueAfterEarly(
  { isEarly, creationTime }: Pick<Invocation, "isEarly" | "creationTime">,
  now: number,
): boolean {
  return isEarly === true && !(now - Date.parse(creationTime ?? "") < APPEARS_WITHIN_MS);
}

/** True if the execution began and is over, and no answer has told when it ended. */
export function lacksEnd({ status, startTime, finishTime }: Execution): boolean {
  return startTime !== null && finishTime === null && isFinalInstanceStatus(status);
}

/** When the run was over: the latest end on its instances. Null until it is final, and if no instance tells an end. */
export function finishTimeOf({ status, instances }: Invocation): Instant | null {
  if (!isFinalInvocationStatus(status)) return null;
  return instances.reduce<Instant | null>(
    (last, { finishTime }) => (last === null || (finishTime !== null && finishTime > last) ? finishTime : last),
    null,
  );
}

/** The earliest start on its instances; null if none tells one. */
function startTimeOf({ instances }: Invocation): Instant | null {
  return instances.reduce<Instant | null>(
    (first, { startTime }) => (first === null || (startTime !== null && startTime < first) ? startTime : first),
    null,
  );
}

/** From the earliest start to the latest end, in milliseconds; null if either is missing or the end lies before the start. */
export function durationMsOf(run: Invocation): number | null {
  return msBetween(startTimeOf(run), finishTimeOf(run));
}

/** Milliseconds between two instants; null if either is missing or the end lies before the start. */
export function msBetween(start: Instant | null, end: Instant | null): number | null {
  if (start === null || end === null || end < start) return null;
  // Most executions begin and end on one day, and Date.parse costs as much as all other fields of a row together.
  return end.startsWith(start.slice(0, 11)) ? timeOfDay(end) - timeOfDay(start) : Date.parse(end) - Date.parse(start);
}

/** Milliseconds since midnight, of an instant as the domain writes it. */
function timeOfDay(instant: Instant): number {
  return (
    digits(instant, 11, 2) * 3_600_000 +
    digits(instant, 14, 2) * 60_000 +
    digits(instant, 17, 2) * 1000 +
    digits(instant, 20, 3)
  );
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}
