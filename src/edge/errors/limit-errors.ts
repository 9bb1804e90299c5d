import { InputError } from "#domain";
import { describeLimit, LIMITS, type LimitName } from "./limits.ts";
import { RefusalError } from "./refusal.ts";

const STATUS: Readonly<Partial<Record<LimitName, number>>> = {
  bodyBytes: 413,
  connections: 503,
  clientWatchers: 429,
  heldCharacters: 429,
  waitingBytes: 429,
  clientSockets: 503,
};

/** The refusal of what is above a limit; null below. `max` for one that a setting changes. */
export function refusalAbove(limit: LimitName, actual: number, max: number = LIMITS[limit]): RefusalError | null {
  if (actual <= max) return null;
  const isCounted = Number.isFinite(actual);
  const details = { limit, max, ...(isCounted ? { actual } : {}) };
  return new RefusalError(STATUS[limit] ?? 400, "LIMIT_EXCEEDED", describeLimit(limit, actual, max), details);
}

/** @throws RefusalError if `actual` is more than the limit allows; `max` for one that a setting changes */
export function refuseAbove(limit: LimitName, actual: number, max: number = LIMITS[limit]): void {
  const refusal = refusalAbove(limit, actual, max);
  if (refusal !== null) throw refusal;
}

/** The error of an operation that meets a limit while it runs. */
export function limitExceeded(limit: LimitName, actual: number, max: number = LIMITS[limit]): InputError {
  return new InputError("LIMIT_EXCEEDED", describeLimit(limit, actual, max), null, { limit, max, actual });
}
