import type { View } from "#access";
import type { Invocation } from "#domain";
import { maySeeRun } from "./sight.ts";

interface Change {
  readonly before: Invocation | null;
  readonly after: Invocation;
}

interface Changes {
  readAfter(number: number): readonly Change[] | null;
}

/** The changes of runs of a view; of others nothing is told, not even that something changed. */
export function limitChanges<Log extends Changes>(log: Log, view: View): Log {
  const limit = ({ before, after }: Change): readonly Change[] => {
    if (!maySeeRun(view, after)) return [];
    return [{ before: before === null || maySeeRun(view, before) ? before : null, after }];
  };
  return { ...log, readAfter: (number) => log.readAfter(number)?.flatMap(limit) ?? null };
}
