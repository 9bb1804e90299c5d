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
  /** From the oldest on. */
  fromOldest(): Iterable<Entry>;
}

/** Starts empty. One array: a write moves pointers, which costs less than any tree up to some hundred thousand runs. */
export function createRunOrder(): RunOrder {
  let runs: Entry[] = [];

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

  return {
    put(entry) {
      const index = indexOf(entry.position);
      runs.splice(index, isAt(index, entry.position) ? 1 : 0, entry);
    },
    remove(entry) {
      const index = indexOf(entry.position);
      if (runs[index] === entry) runs.splice(index, 1);
    },
    removeAll(gone) {
      runs = runs.filter((entry) => !gone.has(entry));
    },
    count(bounds) {
      const [from, to] = rangeOf(bounds);
      return to - from;
    },
    read(bounds, direction, limit, isMeant) {
      const [from, to] = rangeOf(bounds);
      const found: Entry[] = [];
      for (
        let index = direction > 0 ? from : to - 1;
        index >= from && index < to && found.length < limit;
        index += direction
      ) {
        const entry = runs[index];
        if (entry !== undefined && isMeant(entry)) found.push(entry);
      }
      return direction > 0 ? found : found.reverse();
    },
    *fromOldest() {
      for (let index = runs.length - 1; index >= 0; index -= 1) {
        const entry = runs[index];
        if (entry !== undefined) yield entry;
      }
    },
  };
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
