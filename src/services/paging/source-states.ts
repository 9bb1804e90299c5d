import { type Source, sourceKey, type UpstreamError } from "#domain";
import { type SourceFailure, type Sync, toSourceFailure } from "#sync";
import type { BackfillState, PageSourceState } from "../contract/index.ts";

/**
 * How a source fares, and how far back it is known. What a question alone met counts as its error: what it was refused for its own argument
 * whatever the source met before, anything else unless the source has an error.
 * @param failing why the last attempt of a list failed that was needed, if one did
 */
export type DescribeSource = (
  source: Source,
  isComplete: boolean,
  own?: UpstreamError | null,
  failing?: SourceFailure | null,
) => Promise<PageSourceState>;

/** How far collecting a source has come; null if nothing is collected. */
export type BackfillOf = (source: Source) => BackfillState | null;

/** Costs no upstream call. */
export function createDescribeSource(
  { book, oldestKnown }: Pick<Sync, "oldestKnown"> & { readonly book: Pick<Sync["book"], "stateOf"> },
  backfillOf: BackfillOf,
): DescribeSource {
  return async (source, isComplete, own = null, failing = null) => {
    const { error: last, ...state } = book.stateOf(source);
    const error = last ?? failing;
    const met = own === null ? null : toSourceFailure(own);
    return {
      ...state,
      error: own?.isOfQuestion === true ? met : (error ?? met),
      isComplete,
      // A region that never offered the product has nothing new.
      isCurrent: error === null || (error.code === "NOT_SUPPORTED" && state.asOf === null),
      oldestTime: await oldestKnown(source),
      backfill: () => backfillOf(source),
    };
  };
}

/** The sources of two stretches of one list: as of the older time, and complete if both are. @param before null for no stretch */
export function joinStates(
  before: readonly PageSourceState[] | null,
  now: readonly PageSourceState[],
): readonly PageSourceState[] {
  const known = new Map(before?.map((state) => [sourceKey(state.source), state]));
  return now.map((state) => {
    const earlier = known.get(sourceKey(state.source));
    if (earlier === undefined) return state;
    const asOf = earlier.asOf === null || state.asOf === null ? state.asOf : Math.min(earlier.asOf, state.asOf);
    return { ...state, asOf, isComplete: earlier.isComplete && state.isComplete };
  });
}
