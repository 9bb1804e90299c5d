import type { Caller } from "#access";
import type { Clock } from "#domain";
import { RefusalError } from "../errors/index.ts";
import { Stop } from "./stop.ts";

/** The end of a credential. */
export interface Expiry extends Pick<Stop, "or"> {
  hasCome(): boolean;
  /** Waits for it no more. */
  ignore(): void;
}

const NEVER: Expiry = { or: (awaited) => awaited, hasCome: () => false, ignore: () => {} };

// Timers count in 32 bits: a longer one would ring at once.
const LONGEST_SLEEP_MS = 86_400_000;

/** Comes when the caller's credential ends, and never for one without an end. */
export function createExpiry(clock: Clock, { expiresAt }: Caller): Expiry {
  if (expiresAt === null) return NEVER;
  const expiry = new Stop();
  const ignored = new AbortController();
  const wait = async () => {
    while (clock.now() < expiresAt && !ignored.signal.aborted) {
      await clock.sleep(Math.min(expiresAt - clock.now(), LONGEST_SLEEP_MS), ignored.signal);
    }
    if (!ignored.signal.aborted) expiry.now();
  };
  void wait();
  return { or: (awaited) => expiry.or(awaited), hasCome: () => expiry.hasCome, ignore: () => ignored.abort() };
}

/** What an operation ends with when its credential does. */
export function refuseEnded(): RefusalError {
  return new RefusalError(401, "UNAUTHENTICATED", "`authorization`: the credential has ended. Sign in again.");
}
