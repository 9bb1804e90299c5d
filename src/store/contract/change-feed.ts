import { type Invocation, invocationKey } from "#domain";
import type { RunChange, RunStore } from "./run-store.ts";

/**
 * Gathers what one write changes and tells the listeners at its end, once of each run: listeners compare whole runs, and the results
 * of one run on 300 servers come together.
 */
export interface ChangeFeed {
  note(before: Invocation | null, after: Invocation): void;
  flush(): void;
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
    flush() {
      if (changes.size === 0) return;
      const told = [...changes.values()];
      changes = new Map();
      tell(told);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
