import type { Clock, Operation, QuotaShare, QuotaUse } from "#domain";
import type { QuotaHint } from "../transport/index.ts";
import { createAllowance } from "./allowance.ts";
import { createCallWindows } from "./call-windows.ts";
import { createPause } from "./pause.ts";
import { createPlaces, WHOLE } from "./places.ts";
import type { QuotaEntry } from "./quota-table.ts";
import { createReservations, type QuotaRefusal } from "./reservations.ts";
import type { Slot } from "./sliding-window.ts";

/** When one action of one source may be called: the calls a minute, and the pauses that the upstream asked for. */
export interface Quota {
  /**
   * Reserves a call. Refreshes never wait; collecting waits for its share and lets everybody else go first; other calls wait, fairly
   * between operations, if their deadline allows it.
   * Null when the operation's signal aborted first.
   */
  reserve(operation: Operation, isRetry: boolean): Promise<Slot | QuotaRefusal | null>;
  isPaused(): boolean;
  /** Learns from the headers of any answer. */
  note(hint: QuotaHint): void;
  /** Lets nobody through for so long, since the upstream refused a call; `isLimit` is false for a crowd of the moment. */
  noteThrottle(ms: number, upstreamCode: string | null, isLimit: boolean): void;
}

/** Who uses a quota beside those who ask. */
export interface QuotaUsers {
  /** Share of it that collecting may use: above 0, at most 1. */
  readonly collectShare: number;
  /** The quota as it is shared with other gateways; alone if absent. */
  readonly openShare?: ((use: QuotaUse) => QuotaShare) | undefined;
}

/** Starts unused. */
export function createQuota(entry: QuotaEntry, clock: Clock, users: QuotaUsers): Quota {
  const { collectShare, openShare = () => WHOLE } = users;
  const allowance = createAllowance(entry, clock);
  const pause = createPause(clock);
  const windows = createCallWindows(clock, collectShare);
  const share = openShare({
    used: windows.used,
    limit: allowance.limit,
    learn({ callsPerMinute, loweredTo, pausedMs, cause }) {
      if (callsPerMinute !== null) allowance.note(callsPerMinute);
      if (loweredTo !== null) allowance.lowerTo(loweredTo);
      if (pausedMs > 0) pause.extend(pausedMs, cause);
      serve();
    },
    onFreed: () => serve(),
  });
  const places = createPlaces(windows, share, allowance.limit);

  const { reserve, serve } = createReservations({ clock, windows, places, pause });

  return {
    reserve,
    isPaused: () => pause.leftMs() > 0,
    note({ callsPerMinute = null, exhaustedMs = null }) {
      const before = allowance.limit();
      if (callsPerMinute !== null) allowance.note(callsPerMinute);
      if (exhaustedMs !== null) pause.extend(exhaustedMs, null);
      if (allowance.limit() !== before || exhaustedMs !== null)
        share.teach({ callsPerMinute, loweredTo: null, pausedMs: exhaustedMs ?? 0, cause: null });
      serve();
    },
    noteThrottle(ms, upstreamCode, isLimit) {
      // Calls that were under way together are refused together: they teach once.
      const isLesson = isLimit && pause.leftMs() === 0;
      const loweredTo = isLesson ? allowance.lower(windows.used() + share.others()) : null;
      pause.extend(ms, upstreamCode);
      share.teach({ callsPerMinute: null, loweredTo, pausedMs: ms, cause: upstreamCode });
      serve();
    },
  };
}
