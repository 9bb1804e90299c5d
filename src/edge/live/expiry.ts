import type { Caller } from "#access";
import type { Clock } from "#domain";
import { RefusalError } from "../errors/index.ts";
import { Stop } from "./stop.ts";

/** The end of a credential. */
export interface Expiry extends Pick<Stop, "or" | "onStop"> {
  readonly hasCome: boolean;
  /** Waits for it no more. */
  ignore(): void;
}

const NEVER: Expiry = { hasCome: false, or: (awaited) => awaited, onStop: () => () => {}, ignore: () => {} };

// Timers count in 32 bits: a longer one would ring at once.
const LONGEST_SLEEP_MS = 86_400_000;

class ComingExpiry extends Stop implements Expiry {
  private readonly ignored = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly expiresAt: number,
  ) {
    super();
    void this.wait();
  }

  ignore(): void {
    this.ignored.abort();
  }

  private async wait(): Promise<void> {
    const { clock, expiresAt, ignored } = this;
    while (clock.now() < expiresAt && !ignored.signal.aborted) {
      await clock.sleep(Math.min(expiresAt - clock.now(), LONGEST_SLEEP_MS), ignored.signal);
    }
    if (!ignored.signal.aborted) this.now();
  }
}

/** Comes when the caller's credential ends, and never for one without an end. */
export function createExpiry(clock: Clock, { expiresAt }: Caller): Expiry {
  return expiresAt === null ? NEVER : new ComingExpiry(clock, expiresAt);
}

/** What an operation ends with when its credential does. */
export function refuseEnded(): RefusalError {
  return new RefusalError(401, "UNAUTHENTICATED", "`authorization`: the credential has ended. Sign in again.");
}
