import DataLoader from "dataloader";

import type { Telemetry } from "#domain";
import type { Answer } from "#services";
import { createInOrder } from "./in-order.ts";

/** How one kind of thing is loaded. */
export interface ByKeyOptions<Key, Value> {
  /** Names the loader in metrics. */
  readonly name: string;
  /** Equal exactly for keys that mean the same. */
  readonly keyOf: (key: Key) => string;
  /** The group of each key of a batch, in key order; keys of one group are read by one call. One group where absent. */
  readonly groupsOf?: (keys: readonly Key[]) => readonly string[];
  /** One answer a key, in key order. */
  readonly readGroup: (keys: readonly Key[]) => Promise<readonly Answer<Value>[]>;
  readonly telemetry: Telemetry;
  /** Keys of one batch, at most; batches follow each other. What is asked for twice is then read twice, since no answer is held. */
  readonly most?: number;
  /** Resolves when those that may ask for more at once have had their turns; null if nobody waits for one. */
  readonly settled: () => Promise<void> | null;
}

/** Gathers the keys that one tick asks for; lives as long as one operation and asks for nothing twice. */
export interface ByKey<Key, Value> {
  /** @throws what this key alone met */
  load(key: Key): Promise<Value | null>;
  /** One answer a key, in key order; never rejects, a key that fails has its error as answer. */
  loadMany(keys: readonly Key[]): Promise<readonly Answer<Value>[]>;
}

/** Answers in key order; a key that fails fails alone, a group whose call fails fails as a group. */
export function createByKey<Key, Value>(options: ByKeyOptions<Key, Value>): ByKey<Key, Value> {
  const { name, keyOf, groupsOf = oneGroup, telemetry, settled, most } = options;
  const inOrder = createInOrder();
  // None holds what another one answered.
  const readGroup: typeof options.readGroup =
    most === undefined ? options.readGroup : (keys) => inOrder(() => options.readGroup(keys));
  const loader = new DataLoader<Key, Value | null, string>(
    async (keys) => {
      telemetry.loaderBatch({ loader: name, size: keys.length });
      const answers = new Array<Answer<Value>>(keys.length).fill(null);
      await Promise.all(
        [...groupPositions(keys, groupsOf(keys))].map(async (positions) => {
          const group = positions.map((position) => keys[position] as Key);
          const own = await answersOf(group, readGroup);
          positions.forEach((position, n) => {
            answers[position] = own[n] ?? null;
          });
        }),
      );
      return answers;
    },
    {
      cacheKeyFn: keyOf,
      ...(most !== undefined && { maxBatchSize: most, cache: false }),
      // As the library does it, behind all promises that are settled already; and behind those that wait for a turn.
      batchScheduleFn: (dispatch) => {
        void Promise.resolve().then(() => process.nextTick(() => settled()?.then(dispatch) ?? dispatch()));
      },
    },
  );
  return {
    load: (key) => loader.load(key),
    loadMany: (keys) => loader.loadMany(keys),
  };
}

function groupPositions(keys: readonly unknown[], names: readonly string[]): Iterable<number[]> {
  const groups = new Map<string, number[]>();
  keys.forEach((_key, position) => {
    const name = names[position] ?? "";
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [position]);
    else group.push(position);
  });
  return groups.values();
}

function oneGroup(): readonly string[] {
  return [];
}

async function answersOf<Key, Value>(
  keys: readonly Key[],
  readGroup: (keys: readonly Key[]) => Promise<readonly Answer<Value>[]>,
): Promise<readonly Answer<Value>[]> {
  try {
    return await readGroup(keys);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error("The read was refused without a reason.");
    return keys.map(() => failure);
  }
}
