import { addCounted, type Counted, createTally, type Tally } from "./tally.ts";

/** What is counted once: in which group and, if there is an interval, in which stretch. */
export interface Cell {
  readonly key: string;
  readonly slot: number | null;
  readonly counted: Counted;
}

/** What a group counts, by the beginning of each stretch; by null without an interval. */
export type Stretches = ReadonlyMap<number | null, Tally>;

/** Counts in groups. */
export interface Groups {
  add(cell: Cell): void;
  /** How many things each group counts. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The counts of each group, and under null of those that are not named; null once they are too many to be held. */
  readonly tallies: ReadonlyMap<string | null, Stretches> | null;
}

/** Each takes some 500 bytes, and a thousand servers by the hour of a month would be 700,000. */
const TALLIES_MAX = 20_000;

/**
 * No groups yet. Of more than 20,000 counts only the sizes of their groups are held, so that the largest of these can be named and
 * counted in another pass.
 * @param named groups that have counts of their own; null for all of them
 */
export function createGroups(named: ReadonlySet<string> | null): Groups {
  const sizes = new Map<string, number>();
  let tallies: Map<string | null, Map<number | null, Tally>> | null = new Map();
  let count = 0;
  return {
    add({ key, slot, counted }) {
      sizes.set(key, (sizes.get(key) ?? 0) + 1);
      if (tallies === null) return;
      const group = named === null || named.has(key) ? key : null;
      const slots = tallies.get(group) ?? new Map<number | null, Tally>();
      tallies.set(group, slots);
      const tally = slots.get(slot) ?? createTally();
      if (tally.count === 0) count += 1;
      slots.set(slot, tally);
      addCounted(tally, counted);
      if (named === null && count > TALLIES_MAX) tallies = null;
    },
    sizes,
    get tallies() {
      return tallies;
    },
  };
}

/** The groups that count most, the first of the alphabet first among equals. */
export function largestOf(sizes: Groups["sizes"], most: number): readonly string[] {
  const inOrder = [...sizes].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return inOrder.slice(0, most).map(([key]) => key);
}
