import { type Invocation, sourceKey } from "#domain";
import type { RunStore, StoredRun } from "#store";
import type { Upstream } from "#upstreams";

/** A run as it is shown at the moment; the same object if nothing is to be said of it. */
export type Mark = (run: Invocation) => Invocation;

/** Says of runs that they may have other instances as long as their upstream lacks the list of one. */
export function createUnreadMark(upstreams: readonly Upstream[]): Mark {
  const doubts = new Map(
    upstreams.flatMap(({ source, mayLackInstances }) =>
      mayLackInstances === undefined ? [] : [[sourceKey(source), mayLackInstances]],
    ),
  );
  const marked = new WeakMap<Invocation, Invocation>();
  return (run) => {
    if (doubts.get(sourceKey(run.source))?.(run) !== true) return run;
    const known = marked.get(run) ?? { ...run, mayBeElsewhere: true };
    marked.set(run, known);
    return known;
  };
}

/**
 * A store whose runs are shown so. They are read neither sooner nor more often for it: one server that cannot be read would cost a call for
 * each of the others.
 */
export function markUnread(store: RunStore, markRun: Mark): RunStore {
  const mark = <Stored extends StoredRun | null>(stored: Stored): Stored => {
    if (stored === null) return stored;
    const run = markRun(stored.run);
    return run === stored.run ? stored : { ...stored, run };
  };
  return {
    ...store,
    readRuns: async (...asked) => (await store.readRuns(...asked)).map(mark),
    readPage: async (...asked) => (await store.readPage(...asked)).map(mark),
    readUnfinished: async (...asked) => (await store.readUnfinished(...asked)).map(mark),
  };
}
