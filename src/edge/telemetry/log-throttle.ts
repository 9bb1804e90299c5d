import { LRUCache } from "lru-cache";

import type { Clock } from "#domain";

/**
 * Thins out what comes again and again.
 * @returns how many of this key were passed over since the last one that was due; null where this one is to be passed over too
 */
export type LogThrottle = (key: string) => number | null;

interface Seen {
  readonly dueAt: number;
  passedOver: number;
}

// Keys hold words of upstreams, of which nobody knows how many there are.
const MOST_KEYS = 1_000;

/** The first of each key is due at once, and then one in every `quietMs`. */
export function createLogThrottle(clock: Clock, quietMs: number): LogThrottle {
  const seen = new LRUCache<string, Seen>({ max: MOST_KEYS });
  return (key) => {
    const known = seen.get(key);
    const now = clock.elapsed();
    if (known !== undefined && now < known.dueAt) {
      known.passedOver += 1;
      return null;
    }
    seen.set(key, { dueAt: now + quietMs, passedOver: 0 });
    return known?.passedOver ?? 0;
  };
}
