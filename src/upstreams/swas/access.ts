import { type Clock, UpstreamError } from "#domain";

/** Whether DescribeCommandInvocations may be used. */
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
      if (clock.now() < refusedUntil) return "refused";
      return isGranted ? "granted" : "unknown";
    },
    grant() {
      isGranted = true;
    },
    refuse() {
      isGranted = false;
      refusedUntil = clock.now() + REMEMBERED_MS;
    },
  };
}

/** True where an error says that the action may not be used here, by policy or because the region does not have it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamError && (error.code === "FORBIDDEN" || error.code === "NOT_SUPPORTED");
}
