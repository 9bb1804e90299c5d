import type { QuotaShare } from "#domain";
import type { CallWindows } from "./call-windows.ts";

/** When a place that others hold may have come back: they look every second. */
export const SHARED_WAIT_MS = 1_000;

/** The places of this gateway in a quota: a call needs one, and others hold the rest. */
export function createPlaces(windows: CallWindows, share: QuotaShare, whole: () => number) {
  let isAsking = false;
  // Without a limit there is nothing to share.
  const isHeld = (): boolean => !Number.isFinite(whole()) || share.held() > windows.used();
  return {
    isHeld,
    /** Calls a minute that others leave. */
    limit: () => (Number.isFinite(whole()) ? Math.max(0, whole() - share.others()) : whole()),
    async ask(): Promise<void> {
      if (!isHeld()) await share.grow();
    },
    /** Milliseconds until a place may be there; 0 means now. Asks for one if there is none, and calls back. */
    msUntilHeld(onHeld: () => void): number {
      if (isHeld()) return 0;
      if (!isAsking) {
        isAsking = true;
        void share.grow().then(() => {
          isAsking = false;
          if (isHeld()) onHeld();
        });
      }
      return SHARED_WAIT_MS;
    },
  };
}

/** A quota that nobody else uses. */
export const WHOLE: QuotaShare = {
  others: () => 0,
  held: () => Number.POSITIVE_INFINITY,
  grow: async () => {},
  teach: () => {},
};
