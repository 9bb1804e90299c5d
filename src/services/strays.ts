import type { PageRequest } from "#upstreams";
import { chooseWindow } from "./window-choice.ts";
import type { Slot, WindowView } from "./window-view.ts";

/** Where in a list runs without a creation time were seen: from `low` to in front of `end`. */
export interface StrayRange {
  readonly low: number;
  readonly end: number;
  /** Length of the list when that was seen. */
  readonly total: number | null;
}

/** Runs without a creation time that an upstream lists among the others: they come last all the same. */
export interface Strays {
  /** Notes those of a window. */
  note(view: WindowView): void;
  /** Where they were seen, in this and in earlier operations; null where none were. */
  range(): StrayRange | null;
  /** Every one of them, once the list has been read to its end; reads again what only earlier operations have seen. */
  gather(
    read: (page: PageRequest) => Promise<WindowView>,
    pageSizeMax: number,
    total: number | null,
  ): Promise<readonly Slot[] | null>;
}

/** Rounds over the range, at most, where the order changes between calls. */
const ROUNDS_MAX = 8;

/** Starts from what earlier operations have seen. */
export function createStrays(before: StrayRange | null): Strays {
  const seen = new Map<string, Slot>();
  let range = before;

  function note(view: WindowView): void {
    if (view.strays.length === 0) return;
    for (const slot of view.strays) seen.set(slot.run.invokeId, slot);
    const indexes = view.strays.map((slot) => slot.index);
    const known = range === null ? { low: Number.POSITIVE_INFINITY, end: 0 } : grown(range, view.total);
    range = {
      low: Math.min(known.low, ...indexes),
      end: Math.max(known.end, ...indexes.map((index) => index + 1)),
      total: view.total,
    };
  }

  async function gather(
    read: (page: PageRequest) => Promise<WindowView>,
    pageSizeMax: number,
    total: number | null,
  ): Promise<readonly Slot[] | null> {
    if (before === null) return [...seen.values()];
    range = grown(range ?? before, total);
    for (let round = 1; round <= ROUNDS_MAX; round += 1) {
      const records = new Set<string>(seen.keys());
      const { low, end } = range ?? before;
      let index = low;
      for (; index < end; ) {
        const view = await read(chooseWindow({ direction: 1, index, pageSizeMax, total: null }));
        note(view);
        for (const slot of [...view.slots, ...view.strays]) {
          records.add(slot.run.invokeId);
          if (slot.key.time === "") seen.set(slot.run.invokeId, slot);
        }
        if (view.high < index) break;
        index = view.high + 1;
      }
      if (records.size >= Math.min(index, end) - low) return [...seen.values()];
    }
    return null;
  }

  return { note, range: () => range, gather };
}

/** The range in a list that has become longer or shorter since: what stands in front of all has not moved, the rest has. */
function grown(range: StrayRange, total: number | null): StrayRange {
  const drift = range.total !== null && total !== null ? total - range.total : 0;
  return {
    low: Math.max(0, Math.min(range.low, range.low + drift)),
    end: Math.max(range.end, range.end + drift),
    total,
  };
}
