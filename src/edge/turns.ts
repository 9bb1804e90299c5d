/** Hands out turns at long work: resolves when the client may work on for a moment. */
export type Turns = (client: string) => Promise<void>;

/**
 * One turn for each round of the event loop, to the clients that wait in rotation, so that neither much work of one client nor
 * many of its operations keep others waiting.
 */
export function createTurns(schedule: (run: () => void) => void = setImmediate): Turns {
  const waiting = new Map<string, (() => void)[]>();
  let isScheduled = false;
  const runNext = () => {
    isScheduled = false;
    const [next] = waiting;
    if (next === undefined) return;
    const [client, [resolve, ...others]] = next;
    waiting.delete(client);
    if (others.length > 0) waiting.set(client, others);
    resolve?.();
    book();
  };
  const book = () => {
    if (isScheduled || waiting.size === 0) return;
    isScheduled = true;
    schedule(runNext);
  };
  return (client) =>
    new Promise((resolve) => {
      waiting.set(client, [...(waiting.get(client) ?? []), resolve]);
      book();
    });
}
