import { afterPromises, createRotation, createSlices } from "#domain";

/** Hands out turns, so that neither much work of one client nor many large operations keep others waiting. */
export interface Turns {
  /**
   * Resolves when the client may work for a moment, behind all small operations of others.
   * @param asker the operation that works; who names none counts as another one than all that come
   */
  wait(client: string, asker?: object): Promise<void>;
  /** Resolves in a round of the event loop that has hardly worked yet; at once if the client has its turn. */
  pass(client: string): Promise<void>;
  /** The same for one who may have a turn, and has done enough in it. */
  next(client: string): Promise<void>;
  /** The turn before what came is read; null if it may be read at once. What is heavy waits as the parts of large operations do. */
  arrive(client: string, isHeavy?: boolean): Promise<void> | null;
  /**
   * The turn before an operation begins; null if it may begin at once. What it resolves to is to be called once its answer is made.
   */
  enter(client: string, weight: number, asker?: object): Promise<() => void> | null;
}

// A round of the event loop that has worked for longer lets others have the next one. One who comes while another one keeps the gateway
// busy waits for about a round: with a millisecond floods of small questions took him half as much again as his answer takes.
const ROUND_MS = 0.3;
// An answer of so many leaf values takes some milliseconds, and one of as much in long texts about a megabyte.
const MOST_LIGHT_VALUES = 5_000;
const MOST_PAUSE_MS = 200;
// How long the loop is left free, as a multiple of the work before.
const PAUSE_SHARE = 2;
// Answers of so many large operations are in memory together, unless one waits for its upstream.
const MOST_LARGE = 3;
const LARGE_MS = 1_000;
// For so long after a small operation, all others leave the loop free most of the time.
const SHARED_MS = 250;

/** Whether an operation whose answer can weigh as much as so many leaf values is worked on in turns. */
export function isLarge(weight: number): boolean {
  return weight > MOST_LIGHT_VALUES;
}

/**
 * Small operations begin at once, or with the next round if this one has worked enough. Large ones begin and work one a round, by
 * clients in rotation. While other small ones come, each round of such work is followed by a pause that is several times as long, so that one who
 * comes meanwhile mostly finds the loop free.
 */
export function createTurns(now: () => number = () => performance.now()): Turns {
  const light = createRotation<{ readonly client: string; readonly resolve: () => void }>();
  /** Whose turn it is at the moment: all that follows of it without another wait belongs to it. */
  let inTurn: string | null = null;
  const endTurn = (): void => {
    inTurn = null;
  };
  const takeLight = () => {
    const taken = light.take();
    if (taken === null) return null;
    return () => {
      inTurn = taken.client;
      taken.resolve();
      afterPromises(endTurn);
    };
  };
  const slices = createSlices(takeLight, now, { sliceMs: ROUND_MS });
  const work = createWork(now);
  let roundBeganAt: number | null = null;
  const noteRound = (): number => {
    if (roundBeganAt !== null) return roundBeganAt;
    roundBeganAt = now();
    setImmediate(() => {
      roundBeganAt = null;
    });
    return roundBeganAt;
  };
  const next = (client: string): Promise<void> =>
    new Promise((resolve) => {
      light.add(client, { client, resolve });
      slices.book();
    });
  const isFree = (): boolean => now() - noteRound() < ROUND_MS;
  const arrive = (client: string, isHeavy = false): Promise<void> | null => {
    if (isHeavy) return work.wait(client);
    // A turn lasts until no promise goes on: who reads on in it as long as something has come would never end it.
    return (inTurn === client || light.isEmpty) && isFree() ? null : next(client);
  };
  return {
    wait: work.wait,
    pass: (client) => (inTurn === client ? Promise.resolve() : next(client)),
    next,
    arrive,
    enter(client, weight, asker) {
      if (isLarge(weight)) return work.begin(client);
      work.noteSmall(asker);
      if (inTurn === client || (light.isEmpty && isFree())) return null;
      return next(client).then(() => NOTHING);
    },
  };
}

const NOTHING = (): void => {};

/** The work of large operations: one begins, or goes on, in a round. */
function createWork(now: () => number) {
  const beginnings = createRotation<Part>();
  const parts = createRotation<Part>();
  let under = 0;
  let isBooked = false;
  // Beginnings and parts take turns, so that neither has to wait until no other is left.
  let isBeginning = false;
  const small = createSmallOnes(now);
  const book = (ms: number): void => {
    if (isBooked) return;
    isBooked = true;
    if (ms > 0) setTimeout(runNext, ms);
    else setImmediate(runNext);
  };
  const runNext = (): void => {
    isBooked = false;
    isBeginning = !isBeginning;
    const takeBeginning = () => (under < MOST_LARGE ? beginnings.take() : null);
    const next = isBeginning ? (takeBeginning() ?? parts.take()) : (parts.take() ?? takeBeginning());
    if (next === null) return;
    const beganAt = now();
    isBooked = true;
    next.goOn();
    // What began with this turn has been worked by the next round.
    setImmediate(() => {
      isBooked = false;
      book(small.haveCome(beganAt, next.asker) ? Math.min(MOST_PAUSE_MS, PAUSE_SHARE * (now() - beganAt)) : 0);
    });
  };
  /** Counts one that begins until it has ended, or works for so long that it must wait for others itself. */
  const count = (): (() => void) => {
    let isCounted = true;
    under += 1;
    const leave = (): void => {
      if (!isCounted) return;
      isCounted = false;
      clearTimeout(timer);
      under -= 1;
      book(0);
    };
    const timer = setTimeout(leave, LARGE_MS);
    timer.unref();
    return leave;
  };
  return {
    noteSmall: small.note,
    wait: (client: string, asker?: object) =>
      new Promise<void>((goOn) => {
        parts.add(client, { goOn, asker });
        book(0);
      }),
    begin: (client: string) =>
      new Promise<() => void>((resolve) => {
        beginnings.add(client, { goOn: () => resolve(count()), asker: undefined });
        book(0);
      }),
  };
}

/** What waits to be worked on, and for which operation. */
interface Part {
  readonly goOn: () => void;
  readonly asker: object | undefined;
}

/** The small operations that came last: an operation that began as a small one keeps nothing free for itself. */
function createSmallOnes(now: () => number) {
  const never: SmallOne = { asker: undefined, until: Number.NEGATIVE_INFINITY };
  let latest = never;
  let earlier = never;
  return {
    note(asker?: object): void {
      if (asker === undefined || asker !== latest.asker) earlier = latest;
      latest = { asker, until: now() + SHARED_MS };
    },
    /** True if others than the asker have come of late. */
    haveCome(at: number, asker: object | undefined): boolean {
      return at < (asker !== undefined && asker === latest.asker ? earlier : latest).until;
    },
  };
}

interface SmallOne {
  readonly asker: object | undefined;
  readonly until: number;
}
