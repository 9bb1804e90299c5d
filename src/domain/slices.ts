// One who asks for something small waits for some ten rounds in which others do such work.
const SLICE_MS = 1;
/** How a slice begins, and how long it is. */
interface SliceOptions {
  /** When the first one begins: in the next round, unless told otherwise. */
  readonly schedule?: (begin: () => void) => void;
  /** When one begins after a round that has worked for so long: in the next one, unless told otherwise. */
  readonly scheduleNext?: (begin: () => void, workedMs: number) => void;
  readonly sliceMs?: number;
}

/** Lets waiting work go on one after the other, about a millisecond in each round of the event loop, so that others are served meanwhile. */
export interface Slices {
  /** To be called whenever there may be something to take. */
  book(): void;
}

/**
 * What one of them does before it waits again, promises included, is over when the next one is taken.
 * @param take what goes on next, or null if nothing waits
 */
export function createSlices(
  take: () => (() => void) | null,
  now: () => number,
  { schedule = setImmediate, scheduleNext = (begin) => setImmediate(begin), sliceMs = SLICE_MS }: SliceOptions = {},
): Slices {
  let isBooked = false;
  let roundBeganAt: number | null = null;
  // Node empties its queues behind each timer and each immediate, of which a round has many: so all of these share the round's time.
  const isLeft = (): boolean => {
    if (roundBeganAt === null) {
      roundBeganAt = now();
      setImmediate(() => {
        roundBeganAt = null;
      });
    }
    return now() - roundBeganAt < sliceMs;
  };
  const begin = (): void => {
    if (isLeft()) goOn();
    else scheduleNext(begin, now() - (roundBeganAt ?? now()));
  };
  const goOn = (): void => {
    const next = take();
    if (next === null) {
      isBooked = false;
      return;
    }
    next();
    afterPromises(begin);
  };
  return {
    book() {
      if (isBooked) return;
      isBooked = true;
      schedule(begin);
    },
  };
}

/** Calls back once all promises have gone on that can. Node empties the queue of microtasks before it begins with the next tick. */
export function afterPromises(goOn: () => void): void {
  queueMicrotask(() => process.nextTick(goOn));
}

/** Calls each `wake` soon, in the order of the calls: those that do not fit into this round of the event loop are woken in the next ones. */
function createWaker(scheduleNext?: SliceOptions["scheduleNext"]): (wake: () => void) => void {
  let sleepers: (() => void)[] = [];
  /** Those whose turn it is, the next one last: nothing holds on to one that was woken, also while others keep coming. */
  let waking: (() => void)[] = [];
  const wakeNext = createSlices(
    () => {
      if (waking.length === 0) {
        waking = sleepers.reverse();
        sleepers = [];
      }
      return waking.pop() ?? null;
    },
    () => performance.now(),
    { schedule: afterPromises, ...(scheduleNext && { scheduleNext }) },
  );
  return (wake) => {
    sleepers.push(wake);
    wakeNext.book();
  };
}

/** Calls `wake` soon: thousands may be told the same at once, and those that do not fit into this round of the event loop are woken in the next ones. */
export const wakeInSlices = createWaker();

/** Of so many executions, all that is done to them in one step takes about a millisecond. */
const STEP_WEIGHT = 200;

/** How many executions a run stands for, itself included. */
export function weightOf({ instances }: { readonly instances: readonly unknown[] }): number {
  return 1 + instances.length;
}

/**
 * Does the same with each item, in their order. After every few hundred of weight others are served first: all such work of a process
 * shares the time of a round of the event loop. Rejects with what `work` throws first.
 */
export async function mapInBreaks<Item, Result>(
  items: readonly Item[],
  weigh: (item: Item) => number,
  work: (item: Item) => Result,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const part of splitByWeight(items, weigh, STEP_WEIGHT)) {
    if (results.length > 0) await takeBreak();
    for (const item of part) results.push(work(item));
  }
  return results;
}

/** The items in their order, in parts of at most so much weight, or of one item that weighs more. */
export function splitByWeight<Item>(
  items: readonly Item[],
  weigh: (item: Item) => number,
  most: number,
): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let weight = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const own = weigh(item);
    weight += own;
    if (weight > most) {
      parts.push([]);
      weight = own;
    }
    parts.at(-1)?.push(item);
  }
  return parts;
}

/** So much of one piece takes longer than all that others do in small ones. */
const HEAVY_WEIGHT = 100;

/**
 * What many who do pieces of work tell of each before they do it, by its weight as executions count: null if it may be done at once. Once
 * there is too much for one step, all who come in this round of the event loop take a break. Small pieces do not wait for large ones.
 */
export function createBreaks(): (weight: number) => Promise<void> | null {
  const small = createQueue(createWaker());
  const large = createQueue(createWaker(whenOthersRest));
  return (weight) => (weight > HEAVY_WEIGHT ? large(weight) : small(weight));
}

function createQueue(wake: (goOn: () => void) => void): (weight: number) => Promise<void> | null {
  let done = 0;
  return (weight) => {
    if (weight === 0) return null;
    if (done === 0)
      setImmediate(() => {
        done = 0;
      });
    done += weight;
    return done > STEP_WEIGHT ? new Promise((resolve) => setImmediate(wake, resolve)) : null;
  };
}

// A round in which something was done for others takes longer.
const REST_MS = 0.2;
/** How long others may work meanwhile, as a multiple of the work before. */
const PAUSE_SHARE = 2;

/** Calls back once a round of the event loop did next to nothing, since small questions need several; after a pause at most that is twice the work. */
function whenOthersRest(goOn: () => void, workedMs: number): void {
  const endsAt = performance.now() + PAUSE_SHARE * workedMs;
  const look = (beganAt: number): void => {
    setImmediate(() => {
      const now = performance.now();
      if (now >= endsAt || now - beganAt < REST_MS) goOn();
      else look(now);
    });
  };
  look(performance.now());
}

/** All pieces of work of this process that take their turn by weight. */
export const takeBreakBefore = createBreaks();

/** Resolves in a later round of the event loop. */
export function takeBreak(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(wakeInSlices, resolve);
  });
}
