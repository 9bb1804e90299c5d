import { above, LIST_END } from "#store";
import type { KnownList } from "../lists/index.ts";
import { stateOf } from "../lists/index.ts";
import type { Ground, Step } from "./ground.ts";

/** Looks again where runs may have been missed, once a list was read to its end. */
export interface Audit extends Step {
  /** Finds out whether the upstream tells of more runs than are known, and where they may be. Costs no upstream call. */
  plan(list: KnownList): Promise<void>;
}

/** Borders between two answers that are read again at most; each costs two calls. */
const BORDERS_MAX = 50;

/**
 * Two answers that part the runs of one second may both miss one of them, if the list moved in between: these borders are read again
 * until as many runs are known as the upstream tells of.
 */
export function createAudit({ source, store, lists }: Ground): Audit {
  let borders: { readonly list: KnownList; readonly time: number }[] = [];
  const everything = { source, after: null, before: null };

  /** How many runs the upstream tells of beyond those that are known; 0 if it does not say how many there are. */
  async function countMissing(list: KnownList): Promise<number> {
    const total = await list.total();
    if (total === null || lists().length !== 1) return 0;
    return total - (await store.count({ stretches: [everything], query: {} }));
  }

  /** Times at which one answer ended and the next one went on among runs of the same time, newest first. */
  async function findBorders(list: KnownList): Promise<readonly number[]> {
    const { marks } = stateOf(await store.readList(source, list.key)).notes;
    const found: number[] = [];
    for (const time of new Set(marks.map((mark) => mark.time))) {
      const stretch = { source, after: above(time), before: above(time - 1) };
      if (time > LIST_END && (await store.count({ stretches: [stretch], query: {} })) > 1) found.push(time);
      if (found.length >= BORDERS_MAX) break;
    }
    return found;
  }

  return {
    async plan(list) {
      if ((await countMissing(list)) <= 0) return;
      borders = (await findBorders(list)).map((time) => ({ list, time }));
    },
    dueMs: async () => (borders.length > 0 ? 0 : null),
    async run(operation) {
      const border = borders.shift();
      if (border === undefined) return;
      const { list, time } = border;
      // The answer that ends with this time, and the one that goes on with it.
      await list.readAgain(time, operation);
      await list.readAgain(time - 1, operation);
      if ((await countMissing(list)) <= 0) borders = [];
    },
  };
}
