import type { Invocation, Source } from "#domain";

/**
 * A place in the total order of runs: `creationTime` descending, then provider, account, region and invoke id ascending.
 * It is a run's own place where `edge` is 0, else the gap just in front of it (-1) or behind it (1).
 */
export interface RunKey {
  /** The run's `creationTime`; empty where it has none, which sorts behind every time. */
  readonly time: string;
  /** Provider, account and region, as {@link sourceRank} writes them. */
  readonly source: string;
  readonly invokeId: string;
  readonly edge: -1 | 0 | 1;
}

/** Which way a list is read: 1 is forwards, from the newest run on; -1 is backwards, from the oldest. */
export type Direction = 1 | -1;

/** In place of a time: newer than all. Runs that a walk backwards comes upon too late stand there. */
export const NEWEST = "\uffff";

/** In place of a source: the gap in front of every run of a time. */
const FRONT = "";
/** In place of a source: the gap behind every run of a time. */
const BACK = "\uffff";

/** Sorts sources by provider, then account, then region; a separator below every character keeps prefixes in front. */
export function sourceRank(source: Source): string {
  return `${source.provider}\t${source.account}\t${source.regionId}`;
}

/** The place of one run. */
export function runKey(run: Invocation): RunKey {
  return { time: run.creationTime ?? "", source: sourceRank(run.source), invokeId: run.invokeId, edge: 0 };
}

/** The gap in front of all runs of one time. */
export function frontOf(time: string): RunKey {
  return { time, source: FRONT, invokeId: "", edge: 0 };
}

/** The gap behind all runs of one time. */
export function backOf(time: string): RunKey {
  return { time, source: BACK, invokeId: "", edge: 0 };
}

/** Negative where `a` comes first in the total order, positive where `b` does, 0 where they are the same place. */
export function compareKeys(a: RunKey, b: RunKey): number {
  return (
    compareTexts(b.time, a.time) ||
    compareTexts(a.source, b.source) ||
    compareTexts(a.invokeId, b.invokeId) ||
    a.edge - b.edge
  );
}

/** As {@link compareKeys} on creation times alone: the newer one comes first. */
export function compareTimes(a: string, b: string): number {
  return compareTexts(b, a);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The later of two places in the direction of reading; null stands for the very beginning. */
export function laterKey(a: RunKey | null, b: RunKey | null, direction: Direction): RunKey | null {
  if (a === null || b === null) return a ?? b;
  return direction * compareKeys(a, b) >= 0 ? a : b;
}

/** The earlier of two places in the direction of reading; null stands for the very beginning. */
export function earlierKey(a: RunKey | null, b: RunKey | null, direction: Direction): RunKey | null {
  if (a === null || b === null) return null;
  return direction * compareKeys(a, b) <= 0 ? a : b;
}
