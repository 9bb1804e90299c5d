import type { Invocation } from "#domain";
import type { RunChange, RunStore } from "./run-store.ts";

/** Gathers what one write changes and tells the listeners at its end. */
export interface ChangeFeed {
  note(before: Invocation | null, after: Invocation): void;
  flush(): void;
  readonly listen: RunStore["onChange"];
}

/** Starts without listeners; what nobody listens to is not gathered. */
export function createChangeFeed(): ChangeFeed {
  const listeners = new Set<(changes: readonly RunChange[]) => void>();
  let changes: RunChange[] = [];
  return {
    note(before, after) {
      if (listeners.size > 0) changes.push({ before, after });
    },
    flush() {
      if (changes.length === 0) return;
      const told = changes;
      changes = [];
      for (const listener of listeners) listener(told);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
