import { type Invocation, sourceRank } from "#domain";

/**
 * A place in the total order of runs: `creationTime` descending, then provider, account, region and invoke id ascending.
 * A place with an empty `source` lies in front of every run of its time.
 */
export interface Position {
  /** Epoch milliseconds; {@link NO_TIME} for a run without a creation time, which comes behind every other. */
  readonly time: number;
  /** As `sourceRank` writes it. */
  readonly source: string;
  readonly invokeId: string;
}

/** The time of runs that have none: older than every time. */
export const NO_TIME = -1;
/** What lies below every run: a list that is covered down to here is covered to its end. */
export const LIST_END = -2;
/** What lies above every run. */
export const LIST_HEAD = Number.MAX_SAFE_INTEGER;

/** The creation time of a run in the scale of positions. */
export function timeOf({ creationTime }: Pick<Invocation, "creationTime">): number {
  return creationTime === null ? NO_TIME : Date.parse(creationTime);
}

/** The place of a run. */
export function positionOf(run: Invocation): Position {
  return { time: timeOf(run), source: sourceRank(run.source), invokeId: run.invokeId };
}

/** The place in front of every run that was created at or before this time. */
export function above(time: number): Position {
  return { time, source: "", invokeId: "" };
}

/** Negative if `a` comes first in the total order, positive if `b` does, 0 for the same place. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return b.time - a.time;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  if (a.invokeId !== b.invokeId) return a.invokeId < b.invokeId ? -1 : 1;
  return 0;
}
