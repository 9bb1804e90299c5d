import { LRUCache } from "lru-cache";
import type { Clock, Telemetry } from "#domain";

/** What a cache gave: the value and when it was put there, by the clock's `elapsed`. */
export interface CacheEntry<Value> {
  readonly value: Value;
  readonly at: number;
}

/** A cache that is bounded by the bytes it holds. */
export interface ByteCache<Value> {
  /** Undefined where there is nothing that still serves; what moves does so only where it was put there at `freshAfter` or later. */
  get(key: string, freshAfter?: number): CacheEntry<Value> | undefined;
  /** Keeps a value for `keepMs`; infinity means until it is pushed out by newer ones. `isMoving` says that it may change meanwhile. */
  set(key: string, value: Value, keepMs: number, isMoving?: boolean): void;
  /** Tells the telemetry how a look-up ended, or how `count` of them did. */
  note(outcome: "hit" | "miss" | "shared" | "stale", count?: number): void;
  /** Bytes held, by estimate. */
  readonly bytes: number;
}

/** What a cache is made of. */
export interface ByteCacheOptions<Value> {
  readonly name: string;
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Bytes one value takes, by estimate; more than 0. */
  sizeOf(value: Value): number;
}

interface Held<Value> extends CacheEntry<Value> {
  readonly until: number;
  readonly isMoving: boolean;
  readonly key: string;
}

/** Makes an empty one; the least recently used value goes first. */
export function createByteCache<Value>(options: ByteCacheOptions<Value>): ByteCache<Value> {
  const { clock, telemetry } = options;
  const held = new LRUCache<string, Held<Value>>({
    maxSize: Math.max(1, Math.floor(options.bytesMax)),
    sizeCalculation: ({ value, key }) => Math.ceil(options.sizeOf(value)) + 2 * key.length + 100,
  });
  return {
    get(key, freshAfter = Number.NEGATIVE_INFINITY) {
      const entry = held.get(key);
      if (entry === undefined) return undefined;
      if (entry.until > clock.elapsed()) return entry.isMoving && entry.at < freshAfter ? undefined : entry;
      held.delete(key);
      return undefined;
    },
    set(key, value, keepMs, isMoving = false) {
      const at = clock.elapsed();
      held.set(key, { value, at, until: at + keepMs, isMoving, key });
    },
    note: (outcome, count = 1) => telemetry.cacheLookup({ cache: options.name, outcome, count }),
    get bytes() {
      return held.calculatedSize;
    },
  };
}
