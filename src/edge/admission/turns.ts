/** Hands out turns, so that neither much work of one client nor many large operations keep others waiting. */
export interface Turns {
  /** Resolves when the client may work for a moment. */
  wait(client: string): Promise<void>;
  /** The same before an operation begins; null if it may begin at once. */
  enter(client: string, rows: number): Promise<void> | null;
}

// A round of the event loop that has worked for longer lets others have the next one.
const ROUND_MS = 5;
// An answer of so many rows takes longer than a round.
const MOST_LIGHT_ROWS = 1_000;
const MOST_PAUSE_MS = 100;

/**
 * Small operations begin at once, or with the next round if this one has worked enough. Of large ones one begins a round, by clients in
 * rotation, behind all small ones; if more wait, the next pauses for as long as the last has worked, so that one who comes
 * meanwhile finds the loop free half of the time.
 */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const light = createQueue((next) => setImmediate(next));
  let beganAt = now();
  const heavy = createQueue((next) => {
    // What began with this turn has been worked by the next round.
    setImmediate(() => setTimeout(next, Math.min(MOST_PAUSE_MS, now() - beganAt)));
  });
  let roundBeganAt: number | null = null;
  const noteRound = (): number => {
    if (roundBeganAt !== null) return roundBeganAt;
    roundBeganAt = now();
    setImmediate(() => {
      roundBeganAt = null;
    });
    return roundBeganAt;
  };
  return {
    wait: light.wait,
    enter(client, rows) {
      const isFresh = now() - noteRound() < ROUND_MS;
      if (rows <= MOST_LIGHT_ROWS) return isFresh ? null : light.wait(client);
      return heavy.wait(client, () => {
        beganAt = now();
      });
    },
  };
}

interface Waiting {
  readonly resolve: () => void;
  readonly begin: () => void;
}

function createQueue(schedule: (next: () => void) => void) {
  const waiting = new Map<string, Waiting[]>();
  let isBooked = false;
  const runNext = () => {
    isBooked = false;
    const [next] = waiting;
    if (next === undefined) return;
    const [client, turns] = next;
    const turn = turns.shift();
    // To the end of the rotation.
    waiting.delete(client);
    if (turns.length > 0) waiting.set(client, turns);
    turn?.begin();
    turn?.resolve();
    if (waiting.size > 0) book(schedule);
  };
  const book = (when: (next: () => void) => void) => {
    if (isBooked) return;
    isBooked = true;
    when(runNext);
  };
  return {
    wait: (client: string, begin = () => {}) =>
      new Promise<void>((resolve) => {
        const turns = waiting.get(client);
        if (turns === undefined) waiting.set(client, [{ resolve, begin }]);
        else turns.push({ resolve, begin });
        book(setImmediate);
      }),
  };
}
