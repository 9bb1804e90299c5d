import type { Source } from "#domain";
import type { Sync } from "#sync";
import type { PageSourceState } from "./contract.ts";

/** How a source fares, and how far back it is known. */
export type DescribeSource = (source: Source, isComplete: boolean) => Promise<PageSourceState>;

/** Costs no upstream call. */
export function createDescribeSource({ book, oldestKnown }: Pick<Sync, "book" | "oldestKnown">): DescribeSource {
  return async (source, isComplete) => ({
    ...book.stateOf(source),
    isComplete,
    oldestTime: await oldestKnown(source),
  });
}
