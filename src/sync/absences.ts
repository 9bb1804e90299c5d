import type { Clock } from "#domain";

/** What the upstream was asked for lately and does not know. */
export interface Absences {
  add(key: string): void;
  has(key: string, maxAgeMs: number): boolean;
}

const ABSENCES_MAX = 5_000;

/** Remembers some thousand keys; the oldest go first. */
export function createAbsences(clock: Clock): Absences {
  const notedAt = new Map<string, number>();
  return {
    add(key) {
      notedAt.delete(key);
      notedAt.set(key, clock.elapsed());
      const [oldest] = notedAt.keys();
      if (notedAt.size > ABSENCES_MAX && oldest !== undefined) notedAt.delete(oldest);
    },
    has(key, maxAgeMs) {
      const at = notedAt.get(key);
      return at !== undefined && at <= clock.elapsed() && clock.elapsed() - at < maxAgeMs;
    },
  };
}
