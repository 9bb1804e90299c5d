import type { View } from "#access";
import type { ChangeLog, LoggedChange } from "../change-log.ts";
import { maySeeRun } from "./sight.ts";

/** The changes of runs of a view; of others nothing is told, not even that something changed. */
export function limitChanges(log: ChangeLog, view: View): ChangeLog {
  const limit = ({ before, after }: LoggedChange): readonly LoggedChange[] => {
    if (!maySeeRun(view, after)) return [];
    return [{ before: before === null || maySeeRun(view, before) ? before : null, after }];
  };
  return {
    name: log.name,
    get head() {
      return log.head;
    },
    readAfter: (number) => log.readAfter(number)?.flatMap(limit) ?? null,
    wait: (number, signal) => log.wait(number, signal),
  };
}
