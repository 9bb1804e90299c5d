import { sourceKey } from "#domain";
import type { Entry } from "./memory.ts";
import { comparePositions, type Position } from "./position.ts";
import type { Stretch } from "./run-store.ts";

/** Every run in memory in the total order. */
export interface SortedRuns {
  /** Puts a run to its place; `known` is what stood for it before. */
  put(entry: Entry, known: Entry | undefined): void;
  /** Runs of the stretches that are meant, from the stretch's newest (1) or oldest end (-1); answered in the total order. */
  read(
    stretches: ReadonlyMap<string, Stretch>,
    direction: 1 | -1,
    limit: number,
    isMeant: (entry: Entry) => boolean,
  ): readonly Entry[];
  /** Takes out the oldest runs that `mayStay` does not hold back, each told, until `isEnough`. */
  takeOldest(rules: {
    readonly isEnough: () => boolean;
    readonly mayStay: (entry: Entry) => boolean;
    readonly onGone: (entry: Entry) => void;
  }): readonly Entry[];
}

/** Starts empty. One array: a write moves pointers, which costs less than any tree up to some hundred thousand runs. */
export function createSortedRuns(): SortedRuns {
  let runs: Entry[] = [];

  /** Index of the first run that does not stand in front of the place. */
  function indexOf(position: Position): number {
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

  return {
    put(entry, known) {
      if (known !== undefined && known.position !== entry.position) runs.splice(indexOf(known.position), 1);
      const index = indexOf(entry.position);
      if (known !== undefined && known.position === entry.position) runs[index] = entry;
      else runs.splice(index, 0, entry);
    },
    read(stretches, direction, limit, isMeant) {
      const [from, to] = rangeOf([...stretches.values()], indexOf, runs.length);
      const found: Entry[] = [];
      for (
        let index = direction > 0 ? from : to - 1;
        index >= from && index < to && found.length < limit;
        index += direction
      ) {
        const entry = runs[index];
        const stretch = entry === undefined ? undefined : stretches.get(sourceKey(entry.run.source));
        if (entry !== undefined && stretch !== undefined && isInside(entry.position, stretch) && isMeant(entry))
          found.push(entry);
      }
      return direction > 0 ? found : found.reverse();
    },
    takeOldest({ isEnough, mayStay, onGone }) {
      const gone = new Set<Entry>();
      for (let index = runs.length - 1; index >= 0 && !isEnough(); index -= 1) {
        const entry = runs[index];
        if (entry === undefined || mayStay(entry)) continue;
        gone.add(entry);
        onGone(entry);
      }
      if (gone.size > 0) runs = runs.filter((entry) => !gone.has(entry));
      return [...gone];
    },
  };
}

function rangeOf(
  stretches: readonly Stretch[],
  indexOf: (position: Position) => number,
  length: number,
): readonly [number, number] {
  const starts = stretches.map(({ after }) => (after === null ? 0 : indexOf(after)));
  const ends = stretches.map(({ before }) => (before === null ? length : indexOf(before)));
  return [Math.min(length, ...starts), Math.max(0, ...ends)];
}

function isInside(position: Position, { after, before }: Stretch): boolean {
  return (
    (after === null || comparePositions(position, after) > 0) &&
    (before === null || comparePositions(position, before) < 0)
  );
}
