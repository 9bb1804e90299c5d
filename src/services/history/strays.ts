import type { PageRequest } from "#upstreams";
import type { Direction } from "./run-key.ts";
import type { SearchBudget } from "./search-budget.ts";
import { covering, driftOf, moved, type StrayMap, type StrayRange, without } from "./stray-map.ts";
import { chooseWindow } from "./window-choice.ts";
import { type Slot, straysOf, tailOf, type WindowView } from "./window-view.ts";

/** Runs without a creation time that an upstream lists in front of others that have one: they come last all the same. */
export interface Strays {
  /** Notes those of a window. */
  note(view: WindowView): void;
  /** Notes others, if they were not noted yet, with the length of the list to which their indexes belong. */
  add(slots: readonly Slot[], total: number | null): void;
  /** Where they were seen, in this and in earlier operations. */
  map(): Pick<StrayMap, "ranges" | "total">;
  /** True where {@link Strays.gather} has nothing to read. */
  isAtHand(total: number | null): boolean;
  /** Every one that was seen so far; reads again where only earlier operations have seen some. */
  gather(list: StrayReading): Promise<readonly Slot[]>;
  /** Looks through the whole list, from its head on, and gives every one of it; null where the list is too long for that. */
  scan(list: StrayReading): Promise<readonly Slot[] | null>;
}

/** What strays are read with. */
export interface StrayReading {
  readonly direction: Direction;
  /** The page size that the upstream honours, as far as it has shown. */
  pageSizeMax(): number;
  /** Length of the list as last told. */
  readonly total: number | null;
  read(page: PageRequest): Promise<WindowView>;
  readonly search: SearchBudget;
}

/** How often a list is looked through, at most, while some are missing. */
const ROUNDS_MAX = 3;
/** Readings of one window, beyond the first. */
const RETRIES_MAX = 3;

interface Viewed {
  readonly low: number;
  readonly end: number;
  readonly total: number | null;
}

/** Starts from what earlier operations have seen. */
export function createStrays(before: StrayMap | null): Strays {
  const seen = new Map<string, { readonly slot: Slot; readonly total: number | null }>();
  const views: Viewed[] = [];
  const records = new Set<string>();

  function note(view: WindowView): void {
    const { low, high, total } = view;
    views.push({ low, end: high + 1, total });
    for (const { run } of [...view.slots, ...view.timeless]) records.add(run.invokeId);
    for (const slot of straysOf(view)) seen.set(slot.run.invokeId, { slot, total });
  }

  function add(added: readonly Slot[], total: number | null): void {
    for (const slot of added) if (!seen.has(slot.run.invokeId)) seen.set(slot.run.invokeId, { slot, total });
  }

  /** What only earlier operations have seen, as if the list had this length. */
  function unseen(total: number | null): readonly StrayRange[] {
    const drift = driftOf(before?.total ?? null, total);
    const spans = views.map((view) => moved(view, driftOf(view.total, total)));
    const own = seenAt(total);
    return (before?.ranges ?? []).flatMap((one) => {
      const range = moved(one, drift);
      return without(range, spans, own.filter(({ low }) => low >= range.low && low < range.end).length);
    });
  }

  function seenAt(total: number | null): readonly StrayRange[] {
    return [...seen.values()].map(({ slot: { index }, total: length }) =>
      moved({ low: index, end: index + 1, count: 1 }, driftOf(length, total)),
    );
  }

  function map(): Pick<StrayMap, "ranges" | "total"> {
    const total = views.at(-1)?.total ?? before?.total ?? null;
    return { ranges: covering([...unseen(total), ...seenAt(total)]), total };
  }

  /** Reads window by window; false where it was not enough. */
  async function readFrom(
    low: number,
    { read, pageSizeMax, search }: StrayReading,
    isEnough: (view: WindowView) => boolean,
  ): Promise<boolean> {
    let before: readonly string[] = [];
    let retries = 0;
    let open: readonly Slot[] = [];
    for (let index = low; search.take(); ) {
      const view = await read(chooseWindow({ direction: 1, index, pageSizeMax: pageSizeMax(), total: null }));
      // Larger pages than the list gives lie elsewhere.
      if (view.low > index) continue;
      const names = [...view.slots, ...view.timeless].map(({ run }) => run.invokeId);
      // Each window begins in the one before: where it shows nothing of that, it began off its place, and may have skipped some.
      if (
        before.length > 0 &&
        view.high >= index &&
        retries < RETRIES_MAX &&
        !names.some((name) => before.includes(name))
      ) {
        retries += 1;
        continue;
      }
      // Whether they end the list, what is listed behind them tells; what a list that has grown shows again tells nothing.
      if (view.slots.some(({ run }) => !before.includes(run.invokeId))) add(open, view.total);
      open = view.slots.length > 0 ? tailOf(view) : [...open, ...view.timeless];
      if (view.high < index || isEnough(view)) return true;
      index = view.high + 1;
      before = names;
      retries = 0;
    }
    return false;
  }

  /** Reads the whole list, or until it is enough; false where it was too long for that. */
  async function readThrough(list: StrayReading, isEnough: () => boolean): Promise<boolean> {
    let length = list.total ?? 0;
    if (length > list.search.left * list.pageSizeMax()) return false;
    // A page that began off its place may have hidden some: once will do only where as many records were seen as there are.
    for (let rounds = 0; rounds < ROUNDS_MAX && (rounds === 0 || records.size < length); rounds += 1) {
      const isRead = await readFrom(0, list, (view) => {
        length = view.total ?? view.high + 1;
        return isEnough() || isListEnd(view, list);
      });
      if (!isRead) return rounds > 0;
      if (isEnough()) return true;
    }
    return true;
  }

  const slots = (): readonly Slot[] => [...seen.values()].map(({ slot }) => slot);
  return {
    note,
    add,
    map,
    isAtHand: (total) => unseen(total).length === 0,
    async gather(list) {
      const missing = unseen(list.total);
      const wanted = seen.size + missing.reduce((sum, { count }) => sum + count, 0);
      for (const { low, end } of missing) await readFrom(low, list, (view) => view.high + 1 >= end);
      // What has moved by more than the list has grown is looked for everywhere; some may have gone for good.
      if (seen.size < wanted) await readThrough(list, () => seen.size >= wanted);
      return slots();
    },
    scan: async (list) => ((await readThrough(list, () => false)) ? slots() : null),
  };
}

function isListEnd(view: WindowView, { direction }: StrayReading): boolean {
  return direction > 0 ? view.touchesEnd : view.touchesStart;
}
