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
export function startTimeOf({ instances }: Invocation): Instant | null {
  return instances.reduce<Instant | null>(
    (first, { startTime }) => (first === null || (startTime !== null && startTime < first) ? startTime : first),
    null,
  );
}

/** From the earliest start to the latest end, in milliseconds; null if either is missing or the end lies before the start. */
export function durationMsOf(run: Invocation): number | null {
  const start = startTimeOf(run);
  const end = finishTimeOf(run);
  return start === null || end === null || end < start ? null : Date.parse(end) - Date.parse(start);
}
