import type { Clock } from "#domain";

/** What a bucket says about one request for tokens. */
export interface BucketState {
  readonly isAllowed: boolean;
  /** Whole tokens that are left. */
  readonly remaining: number;
  /** Until the tokens asked for are there; 0 if they were. Null if the bucket never holds so many. */
  readonly retryAfterMs: number | null;
  /** Until the bucket is full again. */
  readonly resetMs: number;
}

/** One token bucket a key. A bucket begins full; a full one costs no memory. */
export interface TokenBuckets {
  /** Takes tokens if they are all there, else none. */
  take(key: string, perMinute: number, count?: number): BucketState;
  /** How the bucket stands, without taking. */
  peek(key: string, perMinute: number): BucketState;
}

interface Level {
  /** In parts of a token that flow in by the millisecond, so that all sums are of whole numbers. */
  readonly parts: number;
  readonly at: number;
  readonly perMinute: number;
}

const PARTS = 60_000;
// Each is a few dozen bytes; full buckets go first, then those that were used least lately.
const MAX_BUCKETS = 50_000;

/** Buckets that hold a minute's worth and fill evenly. */
export function createTokenBuckets(clock: Pick<Clock, "elapsed">, maxBuckets = MAX_BUCKETS): TokenBuckets {
  const levels = new Map<string, Level>();
  const partsOf = (key: string, perMinute: number): number => {
    const level = levels.get(key);
    return level === undefined ? perMinute * PARTS : Math.min(perMinute * PARTS, refill(level, clock.elapsed()));
  };
  return {
    take(key, perMinute, count = 1) {
      const parts = partsOf(key, perMinute);
      const isAllowed = parts >= count * PARTS;
      const left = isAllowed ? parts - count * PARTS : parts;
      levels.delete(key);
      if (levels.size >= maxBuckets) makeRoom(levels, clock.elapsed(), maxBuckets);
      levels.set(key, { parts: left, at: clock.elapsed(), perMinute });
      return describe(isAllowed, left, count, perMinute);
    },
    peek: (key, perMinute) => describe(true, partsOf(key, perMinute), 0, perMinute),
  };
}

function refill({ parts, at, perMinute }: Level, now: number): number {
  return parts + Math.max(0, now - at) * perMinute;
}

function describe(isAllowed: boolean, parts: number, count: number, perMinute: number): BucketState {
  const msUntil = (tokens: number) => Math.ceil(Math.max(0, tokens * PARTS - parts) / perMinute);
  const wait = count > perMinute ? null : msUntil(count);
  return {
    isAllowed,
    remaining: Math.floor(parts / PARTS),
    retryAfterMs: isAllowed ? 0 : wait,
    resetMs: msUntil(perMinute),
  };
}

function makeRoom(levels: Map<string, Level>, now: number, maxBuckets: number): void {
  for (const [key, level] of levels) if (refill(level, now) >= level.perMinute * PARTS) levels.delete(key);
  for (const key of levels.keys()) {
    if (levels.size < maxBuckets * 0.9) return;
    levels.delete(key);
  }
}
