import type { Caller } from "#access";
import type { Clock } from "#domain";
import { RefusalError } from "../errors/index.ts";
import { createStop, type Stop } from "./stop.ts";

/** The end of a credential. */
export interface Expiry extends Pick<Stop, "or"> {
  hasCome(): boolean;
  /** Waits for it no more. */
  ignore(): void;
}

// Timers count in 32 bits: a longer one would ring at once.
const LONGEST_SLEEP_MS = 86_400_000;

/** Comes when the caller's credential ends, and never for one without an end. */
export function createExpiry(clock: Clock, { expiresAt }: Caller): Expiry {
  const expiry = createStop();
  const ignored = new AbortController();
  const wait = async (end: number) => {
    while (clock.now() < end && !ignored.signal.aborted) {
      await clock.sleep(Math.min(end - clock.now(), LONGEST_SLEEP_MS), ignored.signal);
    }
    if (!ignored.signal.aborted) expiry.now();
  };
  if (expiresAt !== null) void wait(expiresAt);
  return { or: expiry.or, hasCome: () => expiry.signal.aborted, ignore: () => ignored.abort() };
}

/** What an operation ends with when its credential does. */
export function refuseEnded(): RefusalError {
  return new RefusalError(401, "UNAUTHENTICATED", "`authorization`: the credential has ended. Sign in again.");
}
