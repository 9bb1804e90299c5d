import type { Instant, Invocation } from "./invocation.ts";
import { isFinalInvocationStatus } from "./status.ts";

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
