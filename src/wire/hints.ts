import { msToMinuteEnd } from "./quota.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Whatever an upstream says, nobody waits longer for one attempt than this. */
const MAX_WAIT_MS = 60_000;

/** Codes that tell of a moment's crowd rather than of a minute's used-up quota. */
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
  return upstreamCode === null || MOMENTARY.test(upstreamCode) ? MOMENT_MS : msToMinuteEnd(upstreamNowMs);
}

/** How long to leave an action alone after an answer that used the last of the quota up; 0 where nothing says so. */
export function readExhaustedMs(headers: Headers): number {
  const waits = [headers["x-ratelimit-user"], headers["x-ratelimit-user-api"]]
    .filter((value) => readField(value, "Remain") === 0)
    .map(readTimeLeft);
  return Math.min(MAX_WAIT_MS, Math.max(0, ...waits));
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
