import type { Clock, Telemetry } from "#domain";

/** A clock that is off by less was not the reason for a refusal: the header `Date` counts whole seconds. */
const TELLING_DIFFERENCE_MS = 2_000;

/** The time as the upstreams have it. One for all sources: where it differs, it is this machine's clock that is wrong. */
export interface UpstreamClock {
  /** What is added to this machine's time, in milliseconds. */
  offsetMs(): number;
  /**
   * Sets the clock by an upstream's date.
   * @param usedOffsetMs what the refused request was moved by.
   * @returns true where the request would now bear another time.
   */
  correct(serverDateMs: number, usedOffsetMs: number): boolean;
}

/** Starts in step with this machine's clock. */
export function createUpstreamClock(clock: Clock, telemetry: Telemetry): UpstreamClock {
  let offsetMs = 0;
  return {
    offsetMs: () => offsetMs,
    correct(serverDateMs, usedOffsetMs) {
      const measuredMs = serverDateMs - clock.now();
      if (Math.abs(measuredMs - usedOffsetMs) < TELLING_DIFFERENCE_MS) return false;
      if (Math.abs(measuredMs - offsetMs) >= TELLING_DIFFERENCE_MS) {
        offsetMs = measuredMs;
        const message = "this machine's clock differs from the upstream's; requests bear the upstream's time";
        telemetry.notice({ level: "warn", message, details: { offsetMs } });
      }
      return true;
    },
  };
}
