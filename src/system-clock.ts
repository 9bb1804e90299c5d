import { type Clock, wakeInSlices } from "#domain";

/**
 * The machine's own time. Sleeps do not keep the process alive once their signal has aborted. Hundreds may end at the same moment: they go on
 * a few milliseconds in each round of the event loop.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wakeInSlices, ms, wake);
      signal?.addEventListener("abort", wake);
    }),
};
