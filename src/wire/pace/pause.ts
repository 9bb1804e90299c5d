import type { Clock } from "#domain";

/** A pause that the upstream asked for. */
export interface Pause {
  /** Milliseconds that it still lasts; 0 if there is none. */
  leftMs(): number;
  /** The upstream's code that it goes back to; null if there was none. */
  cause(): string | null;
  /** Makes it last so long from now, unless it lasts longer already. */
  extend(ms: number, cause: string | null): void;
}

/** Starts with none. */
export function createPause(clock: Clock): Pause {
  let until = Number.NEGATIVE_INFINITY;
  let because: string | null = null;
  return {
    leftMs: () => Math.max(0, until - clock.elapsed()),
    cause: () => because,
    extend(ms, cause) {
      const end = clock.elapsed() + ms;
      if (end <= until) return;
      // A header that only lengthens a pause does not hide why it began.
      because = cause ?? (until > clock.elapsed() ? because : null);
      until = end;
    },
  };
}
