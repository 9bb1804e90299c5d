/** Hands out turns, so that neither much work of one client nor many of its operations keep others waiting. */
export interface Turns {
  /** Resolves when the client may work for a moment. */
  wait(client: string): Promise<void>;
  /** Null if the client may begin at once, since this round of the event loop has hardly been used. */
  enter(client: string): Promise<void> | null;
}

// A round that has worked for longer lets others have the next one.
const ROUND_MS = 5;

/** One turn for each round of the event loop, to the clients that wait in rotation. */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const queue = createQueue();
  let roundBeganAt: number | null = null;
  return {
    wait: queue.wait,
    enter(client) {
      if (roundBeganAt === null) {
        roundBeganAt = now();
        setImmediate(() => {
          roundBeganAt = null;
        });
      }
      return queue.isEmpty() && now() - roundBeganAt < ROUND_MS ? null : queue.wait(client);
    },
  };
}

function createQueue() {
  const waiting = new Map<string, (() => void)[]>();
  let isBooked = false;
  const runNext = () => {
    isBooked = false;
    const [next] = waiting;
    if (next === undefined) return;
    const [client, resolvers] = next;
    const resolve = resolvers.shift();
    // To the end of the rotation.
    waiting.delete(client);
    if (resolvers.length > 0) waiting.set(client, resolvers);
    book();
    resolve?.();
  };
  const book = () => {
    if (isBooked || waiting.size === 0) return;
    isBooked = true;
    setImmediate(runNext);
  };
  return {
    isEmpty: () => waiting.size === 0,
    wait: (client: string) =>
      new Promise<void>((resolve) => {
        const resolvers = waiting.get(client);
        if (resolvers === undefined) waiting.set(client, [resolve]);
        else resolvers.push(resolve);
        book();
      }),
  };
}
