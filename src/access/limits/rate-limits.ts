import type { Clock } from "#domain";
import type { CallerLimits, LimitTable } from "./caller-limits.ts";
import { createTokenBuckets } from "./token-buckets.ts";

/** Whether a caller may go on. */
export type Verdict =
  | { readonly isAllowed: true }
  | {
      readonly isAllowed: false;
      readonly limit: keyof CallerLimits;
      /** One sentence for the caller. */
      readonly message: string;
      /** Null if waiting does not help. */
      readonly retryAfterMs: number | null;
    };

/** Who is counted. */
interface Counted {
  readonly id: string;
  readonly name: string;
}

/** Counts what each caller uses. No caller takes from another's share. */
export interface RateLimits {
  takeOperation(caller: Counted): Verdict;
  /** Call before the calls are made. If it refuses, make none of them. */
  takeCalls(caller: Counted, count: number): Verdict;
  /** Counts an open subscription until `close` is called. */
  openSubscription(caller: Counted): Verdict & { readonly close: () => void };
  /** Judges one operation's rows; nothing is counted. */
  checkRows(caller: Counted, rows: number): Verdict;
  /** What is left by the minute, as response fields; null if nothing is limited. */
  fields(caller: Counted): RateLimitFields | null;
  /** Calls to the upstream that are left in this minute; null if they are not limited. */
  remainingCalls(caller: Counted): number | null;
  /** Takes over another table; what was used stays used. */
  reload(table: LimitTable): void;
}

const PER_MINUTE = [
  ["operations", "operationsPerMinute"],
  ["calls", "callsPerMinute"],
] as const;

const ALLOWED: Verdict = { isAllowed: true };
const nothing = () => {};

/** Limits by the table's rows, each caller by its id. */
export function createRateLimits(initial: LimitTable, clock: Pick<Clock, "elapsed">): RateLimits {
  let table = initial;
  const buckets = createTokenBuckets(clock);
  const subscriptions = new Map<string, number>();
  const limitOf = ({ name }: Counted, limit: keyof CallerLimits) => (table.byName.get(name) ?? table.default)[limit];
  const takeFrom = (caller: Counted, limit: "operationsPerMinute" | "callsPerMinute", count: number): Verdict => {
    const perMinute = limitOf(caller, limit);
    if (perMinute === 0) return ALLOWED;
    const { isAllowed, retryAfterMs } = buckets.take(`${limit} ${caller.id}`, perMinute, count);
    return isAllowed ? ALLOWED : refuse(limit, perMinute, count, retryAfterMs);
  };
  const peek = (caller: Counted, limit: "operationsPerMinute" | "callsPerMinute") =>
    buckets.peek(`${limit} ${caller.id}`, limitOf(caller, limit));
  return {
    takeOperation: (caller) => takeFrom(caller, "operationsPerMinute", 1),
    takeCalls: (caller, count) => takeFrom(caller, "callsPerMinute", count),
    openSubscription(caller) {
      const max = limitOf(caller, "subscriptions");
      const open = subscriptions.get(caller.id) ?? 0;
      if (max > 0 && open >= max) return { ...refuse("subscriptions", max, open + 1, null), close: nothing };
      subscriptions.set(caller.id, open + 1);
      return { ...ALLOWED, close: onlyOnce(() => countDown(subscriptions, caller.id)) };
    },
    checkRows(caller, rows) {
      const max = limitOf(caller, "rows");
      return max === 0 || rows <= max ? ALLOWED : refuse("rows", max, rows, null);
    },
    fields: (caller) =>
      toRateLimitFields(
        PER_MINUTE.flatMap(([policy, limit]) => {
          const quota = limitOf(caller, limit);
          return quota === 0 ? [] : [{ policy, quota, windowSeconds: 60, ...peek(caller, limit) }];
        }),
      ),
    remainingCalls: (caller) =>
      limitOf(caller, "callsPerMinute") === 0 ? null : peek(caller, "callsPerMinute").remaining,
    reload(next) {
      table = next;
    },
  };
}

function refuse(limit: keyof CallerLimits, max: number, got: number, retryAfterMs: number | null): Verdict {
  const isByMinute = limit === "operationsPerMinute" || limit === "callsPerMinute";
  const message = isByMinute
    ? `\`${limit}\`: expected at most ${max} a minute, got more.`
    : `\`${limit}\`: expected at most ${max}, got ${got}.`;
  return { isAllowed: false, limit, message, retryAfterMs };
}

function countDown(counts: Map<string, number>, id: string): void {
  const left = (counts.get(id) ?? 1) - 1;
  if (left > 0) counts.set(id, left);
  else counts.delete(id);
}

function onlyOnce(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** One policy and how it stands. */
interface RateLimitState {
  readonly policy: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** The fields of an HTTP response, by name. */
type RateLimitFields = Readonly<Record<"RateLimit-Policy" | "RateLimit", string>>;

/**
 * The response fields that say what is left, as structured lists.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
function toRateLimitFields(states: readonly RateLimitState[]): RateLimitFields | null {
  if (states.length === 0) return null;
  return {
    "RateLimit-Policy": states
      .map(({ policy, quota, windowSeconds }) => `"${policy}";q=${quota};w=${windowSeconds}`)
      .join(", "),
    RateLimit: states
      .map(({ policy, remaining, resetMs }) => `"${policy}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
      .join(", "),
  };
}
