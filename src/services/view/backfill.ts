import type { View } from "#access";
import type { Source } from "#domain";

interface Counts {
  knownRuns(): Promise<number | null>;
  lackingOutputs(): Promise<number | null>;
}

type BackfillOf<State> = (source: Source) => State | null;

/** How far collecting has come, without numbers that count also the runs that the view does not hold. */
export function limitBackfill<State extends Counts>(backfillOf: BackfillOf<State>, view: View): BackfillOf<State> {
  return (source) => {
    const backfill = view.maySee(source) ? backfillOf(source) : null;
    if (backfill === null || !view.rightsFor(source).dependsOnCommandName) return backfill;
    return { ...backfill, knownRuns: async () => null, lackingOutputs: async () => null };
  };
}
