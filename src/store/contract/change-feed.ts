import { type Invocation, invocationKey, splitByWeight, takeBreak, weightOf } from "#domain";
import type { RunChange, RunStore } from "./run-store.ts";

/**
 * Gathers what one write changes and tells the listeners at its end, once of each run: listeners compare whole runs, and the results
 * of one run on 300 servers come together.
 */
export interface ChangeFeed {
  note(before: Invocation | null, after: Invocation): void;
  /** Tells of runs with many executions some at a time, and lets others work in between. */
  flush(): Promise<void>;
  /** Passes on what another feed told. */
  tell(changes: readonly RunChange[]): void;
  readonly listen: RunStore["onChange"];
}

/** Starts without listeners; what nobody listens to is not gathered. */
export function createChangeFeed(): ChangeFeed {
  const listeners = new Set<(changes: readonly RunChange[]) => void>();
  let changes = new Map<string, RunChange>();
  const tell = (told: readonly RunChange[]): void => {
    for (const listener of listeners) listener(told);
  };
  return {
    tell,
    note(before, after) {
      if (listeners.size === 0) return;
      const key = invocationKey(after);
      const earlier = changes.get(key);
      changes.set(key, { before: earlier === undefined ? before : earlier.before, after });
    },
    async flush() {
      if (changes.size === 0) return;
      const [first = [], ...others] = splitByWeight(
        [...changes.values()],
        ({ after }) => weightOf(after),
        EXECUTIONS_A_PART,
      );
      changes = new Map();
      tell(first);
      for (const part of others) {
        await takeBreak();
        tell(part);
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** To compare so many executions with what they were takes some milliseconds. */
const EXECUTIONS_A_PART = 1_500;
