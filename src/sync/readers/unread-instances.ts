import { type Invocation, sourceKey } from "#domain";
import type { RunStore, StoredRun } from "#store";
import type { Upstream } from "#upstreams";

/**
 * A store whose runs say that they may have other instances as long as their upstream lacks the list of one. They are shown so, and are read
 * neither sooner nor more often for it: one server that cannot be read would cost a call for each of the others.
 */
export function markUnread(store: RunStore, upstreams: readonly Upstream[]): RunStore {
  const doubts = new Map(
    upstreams.flatMap(({ source, mayLackInstances }) =>
      mayLackInstances === undefined ? [] : [[sourceKey(source), mayLackInstances]],
    ),
  );
  if (doubts.size === 0) return store;
  const marked = new WeakMap<Invocation, Invocation>();
  const markRun = (run: Invocation): Invocation => {
    const known = marked.get(run) ?? { ...run, mayBeElsewhere: true };
    marked.set(run, known);
    return known;
  };
  const mark = <Stored extends StoredRun | null>(stored: Stored): Stored =>
    stored !== null && doubts.get(sourceKey(stored.run.source))?.(stored.run) === true
      ? { ...stored, run: markRun(stored.run) }
      : stored;
  return {
    ...store,
    readRuns: async (...asked) => (await store.readRuns(...asked)).map(mark),
    readPage: async (...asked) => (await store.readPage(...asked)).map(mark),
    readUnfinished: async (...asked) => (await store.readUnfinished(...asked)).map(mark),
  };
}
