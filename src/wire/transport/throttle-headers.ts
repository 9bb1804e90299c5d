type Headers = Readonly<Record<string, string | string[] | undefined>>;

const MINUTE_MS = 60_000;

/** Whatever an upstream says, nobody waits longer for one attempt than this. */
const MAX_WAIT_MS = 60_000;

const MOMENTARY = /^Throttling\.(System|Api\.Concurrency)/i;

const MOMENT_MS = 500;

/**
 * How long a throttled action is to be left alone: as the headers `x-acs-retry-after`, `x-ratelimit-user`, `x-ratelimit-user-api`
 * (milliseconds) or `Retry-After` (seconds) say; without them to the end of the minute, or a moment where the code says it is crowded just now.
 */
export function readThrottleMs(headers: Headers, upstreamCode: string | null, upstreamNowMs: number): number {
  const told = [
    toMs(headers["x-acs-retry-after"], 1),
    toMs(headers["retry-after"], 1_000),
    readTimeLeft(headers["x-ratelimit-user"]),
    readTimeLeft(headers["x-ratelimit-user-api"]),
  ].filter((ms) => ms > 0);
  if (told.length > 0) return Math.min(MAX_WAIT_MS, Math.max(...told));
  return isMomentary(upstreamCode) ? MOMENT_MS : msToMinuteEnd(upstreamNowMs);
}

/** What an answer says of the quota of its action, whatever else came of it. */
export interface QuotaHint {
  /** Calls a minute that the upstream allows. */
  readonly callsPerMinute?: number;
  /** How long the action is to be left alone, because the last call of the upstream's minute is used. */
  readonly exhaustedMs?: number;
}

/** Reads `x-ratelimit-user` and `x-ratelimit-user-api`; the tighter one counts. */
export function readQuotaHint(headers: Headers): QuotaHint {
  const values = [headers["x-ratelimit-user"], headers["x-ratelimit-user-api"]].filter((value) => value !== undefined);
  if (values.length === 0) return {};
  const limits = values.map((value) => readField(value, "Limit")).filter((limit) => limit !== null);
  const waits = values.filter((value) => readField(value, "Remain") === 0).map(readTimeLeft);
  return {
    ...(limits.length === 0 ? {} : { callsPerMinute: Math.min(...limits) }),
    ...(waits.length === 0 ? {} : { exhaustedMs: Math.min(MAX_WAIT_MS, Math.max(...waits)) }),
  };
}

/** True for codes that tell of a moment's crowd and nothing of a quota. */
export function isMomentary(upstreamCode: string | null): boolean {
  return upstreamCode === null || MOMENTARY.test(upstreamCode);
}

/** Epoch milliseconds of the header `Date`; null where it says nothing. */
export function readServerDate(headers: Headers): number | null {
  const value = headers.date;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function readTimeLeft(value: string | string[] | undefined): number {
  return readField(value, "TimeLeft") ?? 0;
}

function readField(value: string | string[] | undefined, name: string): number | null {
  const found = typeof value === "string" ? new RegExp(`(?:^|,)\\s*${name}:\\s*(\\d{1,12})`, "i").exec(value) : null;
  return found === null ? null : Number(found[1]);
}

function toMs(value: string | string[] | undefined, unitMs: number): number {
  return typeof value === "string" && /^\s*\d{1,12}\s*$/.test(value) ? Number(value) * unitMs : 0;
}

/** Milliseconds until the minute of this time ends: the vendor counts its quotas by the minute of the clock. */
function msToMinuteEnd(epochMs: number): number {
  return MINUTE_MS - (((epochMs % MINUTE_MS) + MINUTE_MS) % MINUTE_MS);
}
