import { isDeepStrictEqual } from "node:util";
import { type Invocation, withoutReadFrom } from "#domain";
import type { WatchWants } from "../contract/index.ts";

/** What watchers see of a run: made and compared once for all who want the same. */
export interface Sights {
  /** The run as one with these wants sees it; the same object as long as it is the same run. */
  of(run: Invocation, wants: WatchWants): Invocation;
  isSame(one: Invocation, other: Invocation): boolean;
}

/** Nothing made yet; lets go of what belongs to runs that nobody holds. */
export function createSights(): Sights {
  const made = new WeakMap<Invocation, Map<string, Invocation>>();
  const compared = new WeakMap<Invocation, WeakMap<Invocation, boolean>>();
  return {
    of(run, wants) {
      const sights = made.get(run) ?? new Map<string, Invocation>();
      made.set(run, sights);
      const key = `${wants.output} ${wants.content}`;
      const sight = sights.get(key) ?? asSeen(run, wants);
      sights.set(key, sight);
      return sight;
    },
    isSame(one, other) {
      const verdicts = compared.get(one) ?? new WeakMap<Invocation, boolean>();
      compared.set(one, verdicts);
      const verdict = verdicts.get(other) ?? isDeepStrictEqual(one, other);
      verdicts.set(other, verdict);
      return verdict;
    },
  };
}

// Upstreams list a run's instances in any order, and outputs that others asked for are no news to who does not want them.
function asSeen(run: Invocation, wants: WatchWants): Invocation {
  const { instances, ...told } = withoutReadFrom(run);
  const shown = wants.output ? [...instances] : instances.map((one) => ({ ...one, output: undefined }));
  const command = wants.content ? run.command : { ...run.command, content: undefined };
  // Which resource groups a run was found in depends on who looked, and nobody is shown it.
  return {
    ...told,
    resourceGroupIds: [],
    command,
    instances: shown.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
  };
}
