import type { PageRequest } from "#upstreams";
import type { Direction } from "./run-key.ts";
import { covering, driftOf, moved, type StrayMap, type StrayRange, without } from "./stray-map.ts";
import { chooseWindow } from "./window-choice.ts";
import type { Slot, WindowView } from "./window-view.ts";

/** Runs without a creation time, wherever an upstream lists them: they come last all the same. */
export interface Strays {
  /** Notes those of a window. */
  note(view: WindowView): void;
  /** Where they were seen, in this and in earlier operations. */
  map(): StrayMap;
  /** Every one that was seen so far; reads again where only earlier operations have seen some. */
  gather(list: StrayReading): Promise<readonly Slot[]>;
  /** Looks through the whole list, from its head on, and gives every one of it; null where the list is too long for that. */
  scan(list: StrayReading): Promise<readonly Slot[] | null>;
}

/** What strays are read with. */
export interface StrayReading {
  readonly direction: Direction;
  readonly pageSizeMax: number;
  /** Length of the list as last told. */
  readonly total: number | null;
  read(page: PageRequest): Promise<WindowView>;
}

/** Windows read in search of those that are not where they were seen, at most: 40 hold 2,000 runs. */
const SCAN_MAX = 40;

interface Viewed {
  readonly low: number;
  readonly end: number;
  readonly total: number | null;
}

/** Starts from what earlier operations have seen. */
export function createStrays(before: StrayMap | null): Strays {
  const seen = new Map<string, { readonly slot: Slot; readonly total: number | null }>();
  const views: Viewed[] = [];

  function note({ low, high, total, timeless }: WindowView): void {
    views.push({ low, end: high + 1, total });
    for (const slot of timeless) seen.set(slot.run.invokeId, { slot, total });
  }

  /** What only earlier operations have seen, as if the list had this length. */
  function unseen(total: number | null): readonly StrayRange[] {
    const drift = driftOf(before?.total ?? null, total);
    const spans = views.map((view) => moved(view, driftOf(view.total, total)));
    const ranges = (before?.ranges ?? []).map((range) => moved(range, drift));
    return spans.reduce<readonly StrayRange[]>((left, span) => left.flatMap((range) => without(range, span)), ranges);
  }

  function map(): StrayMap {
    const total = views.at(-1)?.total ?? before?.total ?? null;
    const own = [...seen.values()].map((one) => {
      const { index } = one.slot;
      return moved({ low: index, end: index + 1, count: 1 }, driftOf(one.total, total));
    });
    return { ranges: covering([...unseen(total), ...own]), total };
  }

  const slots = (): readonly Slot[] => [...seen.values()].map(({ slot }) => slot);
  return {
    note,
    map,
    async gather(list) {
      const missing = unseen(list.total);
      const wanted = seen.size + missing.reduce((sum, { count }) => sum + count, 0);
      for (const { low, end } of missing) await readFrom(list, low, (view) => view.high + 1 >= end);
      // What has moved by more than the list has grown is looked for everywhere.
      if (seen.size < wanted) await readFrom(list, 0, (view) => seen.size >= wanted || isListEnd(view, list));
      return slots();
    },
    async scan(list) {
      if ((list.total ?? 0) > SCAN_MAX * list.pageSizeMax) return null;
      return (await readFrom(list, 0, (view) => isListEnd(view, list))) ? slots() : null;
    },
  };
}

/** Reads window by window; false where it was not enough. */
async function readFrom(
  { read, pageSizeMax }: StrayReading,
  low: number,
  isEnough: (view: WindowView) => boolean,
): Promise<boolean> {
  let index = low;
  for (let reads = 0; reads < SCAN_MAX; reads += 1) {
    const view = await read(chooseWindow({ direction: 1, index, pageSizeMax, total: null }));
    if (view.high < index || isEnough(view)) return true;
    index = view.high + 1;
  }
  return false;
}

function isListEnd(view: WindowView, { direction }: StrayReading): boolean {
  return direction > 0 ? view.touchesEnd : view.touchesStart;
}
