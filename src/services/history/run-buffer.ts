import { matchesQuery } from "../filter.ts";
import { compareKeys } from "./run-key.ts";
import type { StreamOptions } from "./stream-contract.ts";
import type { Slot } from "./window-view.ts";

/** Runs of one list that are known to be next, in the order of reading. */
export interface RunBuffer {
  readonly length: number;
  head(): Slot | null;
  pop(): void;
  /** Adds those that are wanted, each once. */
  keep(slots: readonly Slot[]): void;
  /** True for a run that matches the query, stands behind the place, and was not taken before. */
  isWanted(slot: Slot): boolean;
  /** Notes that a run was handed out past the buffer. */
  takeProvisionally(slot: Slot): void;
  /** Runs noted so. */
  provisional(): readonly string[];
}

/** Starts empty. */
export function createRunBuffer({ direction, query, isExact, start }: StreamOptions): RunBuffer {
  const taken = new Set(start.taken);
  const provisional: string[] = [];
  let slots: Slot[] = [];

  function isWanted({ key, run }: Slot): boolean {
    if (taken.has(run.invokeId) || !matchesQuery(run, query, isExact)) return false;
    return start.place === null || direction * compareKeys(key, start.place) > 0;
  }

  return {
    get length() {
      return slots.length;
    },
    head: () => slots[0] ?? null,
    pop() {
      slots = slots.slice(1);
    },
    keep(added) {
      const known = new Set(slots.map(({ run }) => run.invokeId));
      const fresh = added.filter((slot) => {
        const isRepeat = known.has(slot.run.invokeId);
        known.add(slot.run.invokeId);
        return !isRepeat && isWanted(slot);
      });
      slots = [...slots, ...fresh].sort((a, b) => direction * compareKeys(a.key, b.key));
    },
    isWanted,
    takeProvisionally({ run }) {
      provisional.push(run.invokeId);
      taken.add(run.invokeId);
    },
    provisional: () => [...provisional],
  };
}
