import type { View } from "#access";
import type { BackfillOf } from "../source-states.ts";

/** How far collecting has come, without numbers that count also the runs that the view does not hold. */
export function limitBackfill(backfillOf: BackfillOf, view: View): BackfillOf {
  return (source) => {
    const backfill = view.maySee(source) ? backfillOf(source) : null;
    if (backfill === null || !view.rightsFor(source).dependsOnCommandName) return backfill;
    return { ...backfill, knownRuns: async () => null, lackingOutputs: async () => null };
  };
}
