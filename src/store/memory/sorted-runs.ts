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
  /** The same of the runs as they are now, with pauses in which others are served. */
  select(
    stretches: Stretches,
    direction: 1 | -1,
    limit: number,
    isMeant: (entry: Entry) => boolean,
    pause: () => Promise<void>,
  ): Promise<readonly Entry[]>;
  /** How many runs the stretches hold. Walks none. */
  count(stretches: Stretches): number;
  /** Runs of one source with a mark, the newest first. Walks no others. */
  readMarked(mark: Mark, source: string, bounds: Bounds, limit?: number): readonly Entry[];
  /** How many they are. Walks none. */
  countMarked(mark: Mark, source: string, bounds: Bounds): number;
  /** Takes out the oldest runs that `mayStay` does not hold back, each told, until `isEnough`. */
  takeOldest(rules: {
    readonly isEnough: () => boolean;
    readonly mayStay: (entry: Entry) => boolean;
    readonly onGone: (entry: Entry) => void;
  }): readonly Entry[];
}

/** What runs are found by without looking at the others: outputs that were not read, an end that has not come. */
export type Mark = "lackingOutputs" | "unfinished";

type OwnRuns = Readonly<Record<Mark | "all", RunOrder>>;

/** Starts empty. @param marks choose the runs that have each mark */
export function createSortedRuns(marks: Readonly<Record<Mark, (entry: Entry) => boolean>>): SortedRuns {
  const names = Object.keys(marks) as readonly Mark[];
  const whole = createRunOrder();
  const bySource = new Map<string, OwnRuns>();

  function ownOf(source: string): OwnRuns {
    const own = bySource.get(source) ?? {
      all: createRunOrder(),
      lackingOutputs: createRunOrder(),
      unfinished: createRunOrder(),
    };
    bySource.set(source, own);
    return own;
  }

  /** Where the runs of these stretches stand, and which of those there are meant. */
  function placeOf(stretches: Stretches, isMeant: (entry: Entry) => boolean) {
    const [only, ...others] = stretches;
    if (only === undefined) return { order: createRunOrder(), bounds: around([]), isInIts: isMeant };
    if (others.length === 0) return { order: ownOf(only[0]).all, bounds: only[1], isInIts: isMeant };
    return { order: whole, bounds: around([...stretches.values()]), isInIts: inIts(stretches, isMeant) };
  }

  return {
    put(entry, known) {
      const own = ownOf(entry.position.source);
      if (known !== undefined) {
        for (const mark of names) own[mark].remove(known);
        if (known.position !== entry.position) for (const order of [whole, own.all]) order.remove(known);
      }
      for (const order of [whole, own.all]) order.put(entry);
      for (const mark of names) if (marks[mark](entry)) own[mark].put(entry);
    },
    read(stretches, direction, limit, isMeant) {
      const { order, bounds, isInIts } = placeOf(stretches, isMeant);
      return order.read(bounds, direction, limit, isInIts);
    },
    select(stretches, direction, limit, isMeant, pause) {
      const { order, bounds, isInIts } = placeOf(stretches, isMeant);
      return order.select(bounds, direction, limit, isInIts, pause);
    },
    count: (stretches) => [...stretches].reduce((sum, [source, bounds]) => sum + ownOf(source).all.count(bounds), 0),
    readMarked: (mark, source, bounds, limit = Number.POSITIVE_INFINITY) =>
      ownOf(source)[mark].read(bounds, 1, limit, () => true),
    countMarked: (mark, source, bounds) => ownOf(source)[mark].count(bounds),
    takeOldest({ isEnough, mayStay, onGone }) {
      const gone = new Set<Entry>();
      for (const entry of whole.fromOldest()) {
        if (isEnough()) break;
        if (mayStay(entry)) continue;
        gone.add(entry);
        onGone(entry);
      }
      const orders = [whole, ...[...bySource.values()].flatMap((own) => Object.values(own))];
      if (gone.size > 0) for (const order of orders) order.removeAll(gone);
      return [...gone];
    },
  };
}

/** What is meant of each source within its own bounds. */
function inIts(stretches: Stretches, isMeant: (entry: Entry) => boolean): (entry: Entry) => boolean {
  return (entry) => {
    const bounds = stretches.get(entry.position.source);
    return bounds !== undefined && isInside(entry.position, bounds) && isMeant(entry);
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

function outermost([first = null, ...others]: readonly (Position | null)[], direction: 1 | -1): Position | null {
  return others.reduce((found, place) => {
    if (found === null || place === null) return null;
    return comparePositions(place, found) * direction > 0 ? place : found;
  }, first);
}
