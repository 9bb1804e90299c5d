import type { View } from "#access";
import type { Invocation } from "#domain";
import { maySeeRun } from "./sight.ts";

interface Change {
  readonly before: Invocation | null;
  readonly after: Invocation;
}

interface Changes {
  readonly name: string;
  readAfter(number: number): { readonly changes: readonly Change[]; readonly head: number } | null;
}

/**
 * The changes of runs of a view; of others nothing is told, not even that something changed. Each set of rights has a log of its own name, so
 * that a list which was seen with others begins anew: older runs that are seen now, or not any more, have not changed.
 */
export function limitChanges<Log extends Changes>(log: Log, view: View): Log {
  const limit = ({ before, after }: Change): readonly Change[] => {
    if (!maySeeRun(view, after)) return [];
    return [{ before: before === null || maySeeRun(view, before) ? before : null, after }];
  };
  return {
    ...log,
    name: `${log.name} ${view.key}`,
    readAfter(number) {
      const stretch = log.readAfter(number);
      return stretch && { ...stretch, changes: stretch.changes.flatMap(limit) };
    },
  };
}
