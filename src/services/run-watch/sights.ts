import { isDeepStrictEqual } from "node:util";
import { type Invocation, withoutReadFrom } from "#domain";
import type { WatchProjection } from "../contract/index.ts";

/** What watchers see of a run: made and compared once for all who want the same. */
export interface Sights {
  /** The run as one with this projection sees it; the same object as long as it is the same run. */
  of(run: Invocation, projection: WatchProjection): Invocation;
  isSame(one: Invocation, other: Invocation): boolean;
}

/** Nothing made yet; lets go of what belongs to runs that nobody holds. */
export function createSights(): Sights {
  const made = new WeakMap<Invocation, Map<number, Invocation>>();
  const compared = new WeakMap<Invocation, WeakMap<Invocation, boolean>>();
  return {
    of(run, projection) {
      const sights = entryOf(made, run, () => new Map<number, Invocation>());
      return entryOf(sights, Number(projection.output) + 2 * Number(projection.content), () => asSeen(run, projection));
    },
    isSame(one, other) {
      const verdicts = entryOf(compared, one, () => new WeakMap<Invocation, boolean>());
      return entryOf(verdicts, other, () => isDeepStrictEqual(one, other));
    },
  };
}

interface Entries<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

// Thousands ask in turn, and to look costs less than to set what is there.
function entryOf<Key, Value>(entries: Entries<Key, Value>, key: Key, make: () => Value): Value {
  const known = entries.get(key);
  if (known !== undefined) return known;
  const entry = make();
  entries.set(key, entry);
  return entry;
}

// Upstreams list a run's instances in any order, and outputs that others asked for are no news to who does not want them.
function asSeen(run: Invocation, projection: WatchProjection): Invocation {
  const { instances, ...told } = withoutReadFrom(run);
  const shown = projection.output ? [...instances] : instances.map((one) => ({ ...one, output: undefined }));
  const command = projection.content ? run.command : { ...run.command, content: undefined };
  // Which resource groups a run was found in depends on who looked, and nobody is shown it.
  return {
    ...told,
    resourceGroupIds: [],
    command,
    instances: shown.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
  };
}
