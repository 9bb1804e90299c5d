import type { Clock } from "#domain";
import type { QuotaEntry } from "./quota-table.ts";

/** How many calls a minute an action may be given now: the setting, the upstream's own words, and what a throttle taught. */
export interface Allowance {
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
export function createAllowance({ callsPerMinute, isCeiling }: QuotaEntry, clock: Clock): Allowance {
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
