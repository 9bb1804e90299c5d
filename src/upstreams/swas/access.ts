import type { Clock } from "#domain";

/** Whether an action may be used. */
export interface Access {
  state(): "unknown" | "granted" | "refused";
  grant(): void;
  /** Remembered for ten minutes; then it is tried again. */
  refuse(): void;
}

// A policy may be changed at any time, and nobody wants to restart a gateway for it.
const REMEMBERED_MS = 600_000;

/** Begins without knowing. */
export function createAccess(clock: Clock): Access {
  let isGranted = false;
  let refusedUntil = Number.NEGATIVE_INFINITY;
  return {
    state() {
      if (clock.elapsed() < refusedUntil) return "refused";
      return isGranted ? "granted" : "unknown";
    },
    grant() {
      isGranted = true;
    },
    refuse() {
      isGranted = false;
      refusedUntil = clock.elapsed() + REMEMBERED_MS;
    },
  };
}
