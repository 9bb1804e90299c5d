import type { Clock, Operation, QuotaShare, QuotaUse } from "#domain";
import type { QuotaHint } from "../transport/index.ts";
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
interface QuotaUsers {
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

/** How many calls a minute an action may be given now: the setting, the upstream's own words, and what a throttle taught. */
interface Allowance {
  /** Calls a minute, at least 1; infinite without any limit. */
  limit(): number;
  /** The upstream said how many calls a minute it allows. */
  note(callsPerMinute: number): void;
  /** The upstream refused a call although no more than `used` were made within a minute. @returns calls a minute from now on */
  lower(used: number): number;
  /** Another gateway's call was refused, which left so many calls a minute. */
  lowerTo(callsPerMinute: number): void;
}

const MINUTE_MS = 60_000;

/** The vendor's own sample says `Limit:1` of an action that answers again after 2 s: less than this is no limit a minute. */
const LEAST_TOLD = 5;

/** A throttle leaves this share of the calls that were made, but never less than the other share of the limit. */
const LEFT_OF_USED = 0.7;
const LEFT_OF_LIMIT = 0.5;

/** What comes back a minute, as a share of the whole. */
const RECOVERY = 0.05;

/** Starts with the entry's number. */
function createAllowance({ callsPerMinute, isCeiling }: QuotaEntry, clock: Clock): Allowance {
  let whole = callsPerMinute;
  let lowered: { readonly to: number; readonly at: number } | null = null;

  const limit = () => {
    if (lowered === null) return whole;
    const minutes = (clock.elapsed() - lowered.at) / MINUTE_MS;
    const recovered = Math.floor(lowered.to + minutes * Math.max(1, whole * RECOVERY));
    if (recovered >= whole) lowered = null;
    return Math.min(whole, recovered);
  };

  return {
    limit,
    note(told) {
      const allowed = Math.max(LEAST_TOLD, told);
      whole = isCeiling ? Math.min(callsPerMinute, allowed) : allowed;
    },
    lower(used) {
      const present = limit();
      if (!Number.isFinite(present)) return present;
      const left = Math.max(used * LEFT_OF_USED, present * LEFT_OF_LIMIT);
      lowered = { to: Math.max(1, Math.floor(Math.min(left, present))), at: clock.elapsed() };
      return lowered.to;
    },
    lowerTo(callsPerMinute) {
      if (callsPerMinute < limit()) lowered = { to: callsPerMinute, at: clock.elapsed() };
    },
  };
}
