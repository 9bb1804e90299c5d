import type { StoredRun, Stretch } from "../contract/index.ts";
import { comparePositions, type Position } from "../contract/index.ts";

/** A run in memory, with its place. */
export interface Entry extends StoredRun {
  readonly position: Position;
  readonly bytes: number;
}

/** What lies between two places, both exclusive. */
export type Bounds = Pick<Stretch, "after" | "before">;

/** Runs in the total order. */
export interface RunOrder {
  /** Puts a run to its place. */
  put(entry: Entry): void;
  /** Takes a run out; does nothing if another one, or none, stands at its place. */
  remove(entry: Entry): void;
  /** Takes many out at once. */
  removeAll(gone: ReadonlySet<Entry>): void;
  /** How many lie between two places. Costs no walk. */
  count(bounds: Bounds): number;
  /** Runs between two places that are meant, from the newest (1) or the oldest end (-1); answered in the total order. */
  read(bounds: Bounds, direction: 1 | -1, limit: number, isMeant: (entry: Entry) => boolean): readonly Entry[];
  /** The same of the runs as they are now. Of many that are not meant it looks at 2,000 at a time, and pauses between. */
  select(
    bounds: Bounds,
    direction: 1 | -1,
    limit: number,
    isMeant: (entry: Entry) => boolean,
    pause: () => Promise<void>,
  ): Promise<readonly Entry[]>;
  /** From the oldest on. */
  fromOldest(): Iterable<Entry>;
}

/** To look at so many takes about a millisecond: up to so many are looked at in the turn of who asks. */
const LOOKED_AT_ONCE = 2_000;

/** Starts empty. One array: a write moves pointers, which costs less than any tree up to some hundred thousand runs. */
export function createRunOrder(): RunOrder {
  let runs: Entry[] = [];
  /** The runs of this moment, for all who select among them; null once they have changed. */
  let frozen: readonly Entry[] | null = null;

  const indexOf = (position: Position): number => indexIn(runs, position);
  const isAt = (index: number, position: Position): boolean => {
    const entry = runs[index];
    return entry !== undefined && comparePositions(entry.position, position) === 0;
  };

  function rangeOf({ after, before }: Bounds): readonly [from: number, to: number] {
    const first = after === null ? 0 : indexOf(after);
    const from = after !== null && isAt(first, after) ? first + 1 : first;
    return [from, before === null ? runs.length : Math.max(from, indexOf(before))];
  }

  function span(bounds: Bounds, direction: 1 | -1): Span {
    const [from, to] = rangeOf(bounds);
    return direction > 0 ? { next: from, end: to, direction } : { next: to - 1, end: from - 1, direction };
  }

  return {
    put(entry) {
      frozen = null;
      const index = indexOf(entry.position);
      runs.splice(index, isAt(index, entry.position) ? 1 : 0, entry);
    },
    remove(entry) {
      const index = indexOf(entry.position);
      if (runs[index] !== entry) return;
      frozen = null;
      runs.splice(index, 1);
    },
    removeAll(gone) {
      frozen = null;
      runs = runs.filter((entry) => !gone.has(entry));
    },
    count(bounds) {
      const [from, to] = rangeOf(bounds);
      return to - from;
    },
    read(bounds, direction, limit, isMeant) {
      const found: Entry[] = [];
      lookThrough(runs, span(bounds, direction), Number.POSITIVE_INFINITY, { limit, isMeant, found });
      return direction > 0 ? found : found.reverse();
    },
    async select(bounds, direction, limit, isMeant, pause) {
      const found: Entry[] = [];
      const among = { limit, isMeant, found };
      const left = lookThrough(runs, span(bounds, direction), LOOKED_AT_ONCE, among);
      if (left !== null) {
        frozen ??= [...runs];
        await lookOn(frozen, left, among, pause);
      }
      return direction > 0 ? found : found.reverse();
    },
    fromOldest: () => oldestFirst(runs),
  };
}

function* oldestFirst(runs: readonly Entry[]): Iterable<Entry> {
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const entry = runs[index];
    if (entry !== undefined) yield entry;
  }
}

/** What is looked for, and what was found of it. */
interface Among {
  readonly limit: number;
  readonly isMeant: (entry: Entry) => boolean;
  readonly found: Entry[];
}

/** Looks at what is left, so many runs at a time, with a pause before each. */
async function lookOn(runs: readonly Entry[], from: Span, among: Among, pause: () => Promise<void>): Promise<void> {
  for (let left: Span | null = from; left !== null; left = lookThrough(runs, left, LOOKED_AT_ONCE, among))
    await pause();
}

/** Places that are looked at, one after the other. */
interface Span {
  readonly next: number;
  /** The place behind the last one. */
  readonly end: number;
  readonly direction: 1 | -1;
}

/** Looks at so many runs, and adds those that are meant to what was found; answers what is left, or null if that is enough or all. */
function lookThrough(runs: readonly Entry[], { next, end, direction }: Span, count: number, among: Among): Span | null {
  const { limit, isMeant, found } = among;
  let index = next;
  for (let looked = 0; index !== end && found.length < limit; index += direction) {
    if (looked === count) return { next: index, end, direction };
    looked += 1;
    const entry = runs[index];
    if (entry !== undefined && isMeant(entry)) found.push(entry);
  }
  return null;
}

/** Index of the first run that does not stand in front of the place. */
function indexIn(runs: readonly Entry[], position: Position): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = runs[middle];
    if (entry !== undefined && comparePositions(entry.position, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True if a place lies between two others. */
export function isInside(position: Position, { after, before }: Bounds): boolean {
  return (
    (after === null || comparePositions(position, after) > 0) &&
    (before === null || comparePositions(position, before) < 0)
  );
}
