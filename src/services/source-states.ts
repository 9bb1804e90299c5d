import type { Source } from "#domain";
import type { Sync } from "#sync";
import type { BackfillState, PageSourceState } from "./contract.ts";

/** How a source fares, and how far back it is known. */
export type DescribeSource = (source: Source, isComplete: boolean) => Promise<PageSourceState>;

/** How far collecting a source has come; null if nothing is collected. */
export type BackfillOf = (source: Source) => BackfillState | null;

/** Costs no upstream call. */
export function createDescribeSource(
  { book, oldestKnown }: Pick<Sync, "book" | "oldestKnown">,
  backfillOf: BackfillOf,
): DescribeSource {
  return async (source, isComplete) => ({
    ...book.stateOf(source),
    isComplete,
    oldestTime: await oldestKnown(source),
    backfill: () => backfillOf(source),
  });
}
