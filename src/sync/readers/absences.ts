import type { Clock } from "#domain";

/** What the upstream was asked for lately and does not know. */
export interface Absences {
  /** Notes a look without it; tells how many there were in a row. Looks at the same time count as one. */
  add(key: string): number;
  has(key: string, maxAgeMs: number): boolean;
  /** It was seen: looks are counted anew. */
  clear(key: string): void;
}

interface Absence {
  readonly at: number;
  /** When the newest look that counts was. */
  readonly countedAt: number;
  readonly looks: number;
}

/** Looks in a row without it after which what was seen is believed to be gone: one replica of an upstream may not know it for once. */
export const LOOKS_UNTIL_GONE = 3;

/** For so long the upstream is not asked again for what is lacking of a run that it dropped, in milliseconds. */
export const GONE_MAX_AGE_MS = 600_000;

const ABSENCES_MAX = 5_000;

/** Remembers some thousand keys; the oldest go first. @param apartMs looks closer to each other count as one */
export function createAbsences(clock: Clock, apartMs: number): Absences {
  const known = new Map<string, Absence>();
  return {
    add(key) {
      const now = clock.elapsed();
      const before = known.get(key);
      const isAnother = before === undefined || now - before.countedAt >= apartMs;
      const looks = (before?.looks ?? 0) + (isAnother ? 1 : 0);
      known.delete(key);
      known.set(key, { at: now, countedAt: isAnother ? now : before.countedAt, looks });
      const [oldest] = known.keys();
      if (known.size > ABSENCES_MAX && oldest !== undefined) known.delete(oldest);
      return looks;
    },
    has(key, maxAgeMs) {
      const at = known.get(key)?.at;
      return at !== undefined && at <= clock.elapsed() && clock.elapsed() - at < maxAgeMs;
    },
    clear: (key) => void known.delete(key),
  };
}
