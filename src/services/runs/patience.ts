import { type Clock, InputError, isFinalInvocationStatus, type Operation, sourceKey, UpstreamError } from "#domain";
import type { StoredRun } from "#store";
import type { Sync } from "#sync";
import type { PageSourceState } from "../contract/index.ts";
import { owesNothing, type PageSource } from "../walk/index.ts";

/** How patient a page is. */
export interface PageTiming {
  readonly clock: Clock;
  /** How old what still moves may be, in milliseconds. */
  readonly freshnessMs: number;
  /** How long a page waits for a slow source while something else can be shown, in milliseconds. */
  readonly softDeadlineMs: number;
}

/** One reading for a page. */
export interface PageReading {
  readonly part: PageSource;
  readonly end: Promise<unknown>;
}

/** Waits for all readings, but beyond the page's soft deadline only as long as nothing can be shown; notes what failed or is late. */
export type SettleReadings = (readings: readonly PageReading[]) => Promise<void>;

/** @param hasSomething true once anything can be shown without what is still under way */
export function createSettler(
  { clock, softDeadlineMs }: PageTiming,
  hasSomething: () => Promise<boolean>,
): SettleReadings {
  const softEnd = clock.elapsed() + softDeadlineMs;
  // Who was not waited for has left by then; what the others are asked now has as much time once.
  const msLeft = (): number =>
    Math.max(0, softEnd - clock.elapsed()) || Math.max(0, softEnd + softDeadlineMs - clock.elapsed());
  return async (readings) => {
    const open = new Map<PageReading, Promise<void>>();
    for (const reading of readings) {
      open.set(
        reading,
        noteReading(reading).finally(() => open.delete(reading)),
      );
    }
    const ends = Promise.all(open.values());
    const patience = new AbortController();
    const soft = clock.sleep(msLeft(), patience.signal);
    try {
      await Promise.race([ends, soft]);
      // The first answer is waited for, however late it is.
      while (open.size > 0 && !(await hasSomething())) await Promise.race([ends, ...open.values()]);
      if (open.size === 0) await ends;
      for (const { part } of open.keys()) part.isLate = true;
    } finally {
      patience.abort(null);
      ends.catch(() => {});
    }
  };
}

/**
 * Learns how unfinished rows went on, but waits for that no longer than for a slow source. Leaves out the sources of `parts` that
 * did not answer in time.
 * @returns by their keys, the sources whose rows were not followed in time, and when the oldest state that is shown was read
 */
export async function followRows(
  follower: Sync["follower"],
  rows: readonly StoredRun[],
  parts: readonly PageSource[],
  { clock, softDeadlineMs }: PageTiming,
  operation: Operation,
): Promise<ReadonlyMap<string, number>> {
  const late = new Set(parts.flatMap((part) => (part.isLate && part.failure === null ? sourceKey(part.source) : [])));
  const answering = rows.filter(({ run }) => !late.has(sourceKey(run.source)));
  const open = new Set(answering.map(({ run }) => sourceKey(run.source)));
  const patience = new AbortController();
  try {
    const soft = clock.sleep(softDeadlineMs, patience.signal);
    const ends = [...open].map(async (key) => {
      const own = answering.filter(({ run }) => sourceKey(run.source) === key);
      await follower.follow(own, operation);
      open.delete(key);
    });
    await Promise.race([Promise.all(ends), soft]);
    const oldest = new Map<string, number>();
    for (const { run, readAt } of answering) {
      const key = sourceKey(run.source);
      if (!open.has(key) || isFinalInvocationStatus(run.status)) continue;
      oldest.set(key, Math.min(readAt, oldest.get(key) ?? readAt));
    }
    return oldest;
  } finally {
    patience.abort(null);
  }
}

/** How sources fared once the rows were followed. @param late what {@link followRows} gave */
export function tellFollowed(
  sources: readonly PageSourceState[],
  late: ReadonlyMap<string, number>,
  book: Sync["book"],
): readonly PageSourceState[] {
  return sources.map((one) => {
    // A row may have failed where the list did not; what the list was refused stays.
    const state = { ...one, error: one.error ?? book.stateOf(one.source).error };
    const readAt = late.get(sourceKey(one.source));
    return readAt === undefined ? state : { ...state, asOf: Math.min(readAt, state.asOf ?? readAt), isCurrent: false };
  });
}

async function noteReading({ part, end }: PageReading): Promise<void> {
  part.wasAsked = true;
  await end.catch((error: unknown) => noteEnd(part, error));
}

/** A budget or a deadline that ends makes a source late; anything that is no failure of an upstream ends the page. */
function noteEnd(part: PageSource, error: unknown): void {
  const isSpent = error instanceof InputError && error.code === "COST_LIMIT_EXCEEDED";
  if (!isSpent && !(error instanceof UpstreamError)) throw error;
  if (isPaced(error)) {
    // Which lists there are is not even known: they may hold anything.
    if (part.lists.length === 0) part.isLate = true;
    return;
  }
  if (error instanceof UpstreamError) part.failure = error;
  if (owesNothing(part)) part.lists = [];
  else part.isLate = true;
}

/**
 * Reads the newest end of every list of a source that was read too long ago, and ends when all are read.
 * @throws UpstreamError what failed; what only waits for quota comes after everything else
 */
export async function refreshStale(
  { lists }: PageSource,
  { clock, freshnessMs }: PageTiming,
  operation: Operation,
): Promise<void> {
  const readings = await Promise.allSettled(
    lists.map(async (list) => {
      const readAt = await list.readAt();
      const age = readAt === null ? Number.POSITIVE_INFINITY : clock.now() - readAt;
      if (age >= 0 && age < freshnessMs) return;
      await list.refresh(readAt === null ? operation : { ...operation, pace: "refresh" });
    }),
  );
  const failures = readings.flatMap((reading) => (reading.status === "rejected" ? [reading.reason] : []));
  const [first = null] = failures.toSorted((a, b) => Number(isPaced(a)) - Number(isPaced(b)));
  if (first !== null) throw first;
}

function isPaced(error: unknown): boolean {
  return error instanceof UpstreamError && error.isPaced === true;
}
