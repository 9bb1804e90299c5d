import { comparePositions, type Position } from "../contract/index.ts";
import { type Bounds, createRunOrder, type Entry, isInside, type RunOrder } from "./run-order.ts";

/** What is meant of each source, by its rank. */
export type Stretches = ReadonlyMap<string, Bounds>;

/** Every run in memory in the total order. What is asked of one source walks no run of another. */
export interface SortedRuns {
  /** Puts a run to its place; `known` is what stood for it before. */
  put(entry: Entry, known: Entry | undefined): void;
  /** Runs of the stretches that are meant, from the stretch's newest (1) or oldest end (-1); answered in the total order. */
  read(stretches: Stretches, direction: 1 | -1, limit: number, isMeant: (entry: Entry) => boolean): readonly Entry[];
  /** How many runs the stretches hold. Walks none. */
  count(stretches: Stretches): number;
  /** Runs of one source that are marked, the newest first. */
  readMarked(source: string, bounds: Bounds): readonly Entry[];
  /** How many they are. Walks none. */
  countMarked(source: string, bounds: Bounds): number;
  /** Takes out the oldest runs that `mayStay` does not hold back, each told, until `isEnough`. */
  takeOldest(rules: {
    readonly isEnough: () => boolean;
    readonly mayStay: (entry: Entry) => boolean;
    readonly onGone: (entry: Entry) => void;
  }): readonly Entry[];
}

interface OwnRuns {
  readonly all: RunOrder;
  readonly marked: RunOrder;
}

/** Starts empty. @param isMarked chooses the runs that are found without looking at the others */
export function createSortedRuns(isMarked: (entry: Entry) => boolean): SortedRuns {
  const whole = createRunOrder();
  const bySource = new Map<string, OwnRuns>();

  function ownOf(source: string): OwnRuns {
    const own = bySource.get(source) ?? { all: createRunOrder(), marked: createRunOrder() };
    bySource.set(source, own);
    return own;
  }

  return {
    put(entry, known) {
      const { all, marked } = ownOf(entry.position.source);
      if (known !== undefined) {
        marked.remove(known);
        if (known.position !== entry.position) for (const order of [whole, all]) order.remove(known);
      }
      for (const order of [whole, all]) order.put(entry);
      if (isMarked(entry)) marked.put(entry);
    },
    read(stretches, direction, limit, isMeant) {
      const [only, ...others] = stretches;
      if (only === undefined) return [];
      if (others.length === 0) return ownOf(only[0]).all.read(only[1], direction, limit, isMeant);
      return whole.read(around([...stretches.values()]), direction, limit, (entry) => {
        const bounds = stretches.get(entry.position.source);
        return bounds !== undefined && isInside(entry.position, bounds) && isMeant(entry);
      });
    },
    count: (stretches) => [...stretches].reduce((sum, [source, bounds]) => sum + ownOf(source).all.count(bounds), 0),
    readMarked: (source, bounds) => ownOf(source).marked.read(bounds, 1, Number.POSITIVE_INFINITY, () => true),
    countMarked: (source, bounds) => ownOf(source).marked.count(bounds),
    takeOldest({ isEnough, mayStay, onGone }) {
      const gone = new Set<Entry>();
      for (const entry of whole.fromOldest()) {
        if (isEnough()) break;
        if (mayStay(entry)) continue;
        gone.add(entry);
        onGone(entry);
      }
      const orders = [whole, ...[...bySource.values()].flatMap(({ all, marked }) => [all, marked])];
      if (gone.size > 0) for (const order of orders) order.removeAll(gone);
      return [...gone];
    },
  };
}

/** The narrowest bounds that hold all these. */
function around(all: readonly Bounds[]): Bounds {
  return {
    after: outermost(
      all.map(({ after }) => after),
      -1,
    ),
    before: outermost(
      all.map(({ before }) => before),
      1,
    ),
  };
}

function outermost(places: readonly (Position | null)[], direction: 1 | -1): Position | null {
  return places.reduce((found, place) => {
    if (found === null || place === null) return null;
    return comparePositions(place, found) * direction > 0 ? place : found;
  });
}
