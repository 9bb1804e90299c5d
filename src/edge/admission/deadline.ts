import type { Clock } from "#domain";

/** When an operation has to be over; it can be put off. */
export interface Deadline {
  /** By {@link Clock.elapsed}. */
  at(): number;
  /** Puts it off by a wait, until the returned function is called, which leaves no more than `restMs` if that is said. */
  hold(waitMs: number): (restMs?: number) => void;
  /** Resolves when it has passed, or when the signal aborts. */
  passed(ended: AbortSignal): Promise<void>;
}

/** A deadline so many milliseconds from now. */
export function createDeadline(clock: Clock, deadlineMs: number): Deadline {
  let at = clock.elapsed() + deadlineMs;
  let holds = 0;
  let leftMs = 0;
  let nap: AbortController | null = null;
  const move = (to: number): void => {
    at = to;
    nap?.abort();
  };
  return {
    at: () => at,
    hold(waitMs) {
      if (holds === 0) leftMs = at - clock.elapsed();
      holds += 1;
      move(Math.max(at, clock.elapsed() + waitMs + leftMs));
      return (restMs = leftMs) => {
        holds -= 1;
        if (holds === 0) move(clock.elapsed() + Math.min(leftMs, restMs));
      };
    },
    async passed(ended) {
      while (!ended.aborted && clock.elapsed() < at) {
        const current = new AbortController();
        nap = current;
        const wake = (): void => current.abort();
        ended.addEventListener("abort", wake, { once: true });
        await clock.sleep(at - clock.elapsed(), current.signal);
        ended.removeEventListener("abort", wake);
      }
    },
  };
}
