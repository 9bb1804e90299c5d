import type { Clock } from "#domain";

/** A clock that runs so many times faster than the wall's: waits stay in proportion, and a test does not take their time. */
export function createFastClock(factor = 20): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    elapsed: () => performance.now() * factor,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = setTimeout(resolve, ms / factor);
        const end = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener("abort", end, { once: true });
      }),
  };
}
