import { type Clock, InputError, type Operation, UpstreamError } from "#domain";
import type { KnownList } from "#sync";
import type { PageSource } from "./page-source.ts";

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
  return async (readings) => {
    const open = new Set(readings);
    const ends = Promise.all(
      readings.map(async (reading) => {
        reading.part.wasAsked = true;
        await reading.end.catch((error: unknown) => noteEnd(reading.part, error));
        open.delete(reading);
      }),
    );
    const patience = new AbortController();
    const soft = clock.sleep(Math.max(0, softEnd - clock.elapsed()), patience.signal).then(hasSomething);
    try {
      const isDone = await Promise.race([ends.then(() => true), soft]);
      if (!isDone) await ends;
      for (const { part } of open) part.isLate = true;
    } finally {
      patience.abort();
      ends.catch(() => {});
    }
  };
}

/** A budget or a deadline that ends makes a source late; anything that is no failure of an upstream ends the page. */
function noteEnd(part: PageSource, error: unknown): void {
  const isSpent = error instanceof InputError && error.code === "COST_LIMIT_EXCEEDED";
  if (!isSpent && !(error instanceof UpstreamError)) throw error;
  if (error instanceof UpstreamError && error.isPaced) return;
  if (error instanceof UpstreamError) part.failure = error;
  // A region without the product owes nothing.
  if (part.failure?.code === "NOT_SUPPORTED") part.lists = [];
  else part.isLate = true;
}

/** Reads the newest end of every list of a source that was read too long ago; calls `onRead` before it reads anything. */
export async function refreshStale(
  { lists }: PageSource,
  { clock, freshnessMs }: PageTiming,
  operation: Operation,
  onRead: () => void,
): Promise<void> {
  const refreshIfStale = async (list: KnownList): Promise<void> => {
    const readAt = await list.readAt();
    const age = readAt === null ? Number.POSITIVE_INFINITY : clock.now() - readAt;
    if (age >= 0 && age < freshnessMs) return;
    onRead();
    await refresh(list, readAt !== null, operation);
  };
  await Promise.all(lists.map(refreshIfStale));
}

function refresh(list: KnownList, isKnown: boolean, operation: Operation): Promise<void> {
  return list.refresh(isKnown ? { ...operation, pace: "refresh" } : operation);
}
