/** Gives a turn back; calling it again does nothing. */
type Release = () => void;

/** Lets only so many calls of one source run at once. */
export interface Turns {
  /**
   * Waits for a turn. Those who wait are served by operation in rotation, so that one operation with many calls does not
   * keep the others waiting. Null when the signal aborted first.
   */
  take(operation: object, signal: AbortSignal): Promise<Release | null>;
}

interface Waiter {
  readonly start: (release: Release) => void;
}

/** @param limit how many may run at once, at least 1. */
export function createTurns(limit: number): Turns {
  let running = 0;
  // In the order in which the operations are served next.
  const waiting = new Map<object, Waiter[]>();

  const createRelease = (): Release => {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const next = takeNext(waiting);
      if (next === null) running -= 1;
      else next.start(createRelease());
    };
  };

  return {
    take(operation, signal) {
      if (signal.aborted) return Promise.resolve(null);
      if (running < limit) {
        running += 1;
        return Promise.resolve(createRelease());
      }
      return new Promise((resolve) => {
        const giveUp = () => {
          removeWaiter(waiting, operation, waiter);
          resolve(null);
        };
        const waiter: Waiter = {
          start: (release) => {
            signal.removeEventListener("abort", giveUp);
            resolve(release);
          },
        };
        signal.addEventListener("abort", giveUp, { once: true });
        const queue = waiting.get(operation);
        if (queue === undefined) waiting.set(operation, [waiter]);
        else queue.push(waiter);
      });
    },
  };
}

function takeNext(waiting: Map<object, Waiter[]>): Waiter | null {
  for (const [operation, queue] of waiting) {
    waiting.delete(operation);
    const next = queue.shift();
    if (queue.length > 0) waiting.set(operation, queue);
    if (next !== undefined) return next;
  }
  return null;
}

function removeWaiter(waiting: Map<object, Waiter[]>, operation: object, waiter: Waiter): void {
  const queue = waiting.get(operation)?.filter((other) => other !== waiter) ?? [];
  if (queue.length === 0) waiting.delete(operation);
  else waiting.set(operation, queue);
}
