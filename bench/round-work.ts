import { openSync, readSync } from "node:fs";

const TICK_MS = 1;

/** Watches how long single rounds of this process's event loop work. */
export interface RoundWork {
  /** Milliseconds of processor time of the longest round since the last call. */
  readLongest(): number;
}

/**
 * Measures the main thread's own processor time, from /proc, at the beginning of each round of the event loop that is a millisecond after the
 * last: other processes on the same cores do not count.
 */
export function watchRounds(): RoundWork {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  const buffer = Buffer.alloc(128);
  const readMs = () => Number.parseInt(buffer.toString("latin1", 0, readSync(file, buffer, 0, 128, 0)), 10) / 1e6;
  let last = readMs();
  let longest = 0;
  setInterval(() => {
    const now = readMs();
    longest = Math.max(longest, now - last);
    last = now;
  }, TICK_MS).unref();
  return {
    readLongest() {
      const found = longest;
      longest = 0;
      return found;
    },
  };
}
