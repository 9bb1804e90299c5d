import { InputError, type Invocation, type Source, UpstreamError } from "#domain";
import { endedError } from "../flights.ts";
import { createOwnFailure } from "../own-failure.ts";
import { compareKeys, compareTimes, type Direction, earlierKey, laterKey, type RunKey } from "./run-key.ts";
import type { Stream } from "./stream-contract.ts";

/** One source as a walk reads it. */
export interface SourceReading {
  readonly source: Source;
  /** Where reading began; null means at the beginning. */
  readonly place: RunKey | null;
  /** Not asked at all, since nothing is left there. */
  readonly wasExhausted: boolean;
  /** Names of those of its lists that were not opened, since nothing is left in them. */
  readonly exhaustedLists: readonly string[];
  /** Its lists; none where they could not be opened. */
  readonly streams: readonly Stream[];
  /** Why it could not be opened. */
  readonly failure: UpstreamError | null;
}

/** How one source came out of a walk. */
export interface SourceOutcome extends SourceReading {
  /** The place behind which nothing was handed out, since the source failed there; undefined where it did not fail. */
  readonly failedAt?: RunKey | null;
}

/** What a walk goes through. */
export interface WalkOptions {
  readonly direction: Direction;
  readonly sources: readonly SourceReading[];
  readonly signal: AbortSignal;
  /** True as long as windows may be read beyond the first one of each list. */
  mayScan(): boolean;
}

/** A run that was handed out, and its place in the walk: its own, unless it is shown where its upstream lists it. */
export interface TakenRun {
  readonly run: Invocation;
  readonly key: RunKey;
}

/** One list out of many, run by run in the total order. */
export interface Walk {
  /** The next run; null at the end, where only failed sources are left, and where the scan budget ended. */
  take(wanted: number): Promise<TakenRun | null>;
  /** True where more runs follow or may follow. */
  hasMore(): Promise<boolean>;
  /** The place of the last run taken; null where none was. */
  last(): RunKey | null;
  /** True where reading stopped because of the scan budget. */
  didStopScanning(): boolean;
  outcomes(): readonly SourceOutcome[];
}

/**
 * The k-way merge: hands out the run with the first key once no other list can still hold an earlier one. Only lists that
 * could are read on, all at once. A source that fails drops out for this walk, as a whole, and is said to stand where it failed.
 */
export function createWalk(options: WalkOptions): Walk {
  const { direction } = options;
  const outcomes: SourceOutcome[] = options.sources.map((reading) =>
    reading.failure === null ? reading : { ...reading, failedAt: reading.place },
  );
  let last: RunKey | null = null;
  let stoppedScanning = false;

  const live = (): Stream[] => outcomes.filter((one) => one.failure === null).flatMap((one) => one.streams);

  async function readOn(streams: readonly Stream[]): Promise<boolean> {
    if (options.signal.aborted) {
      // At the deadline the page is what was read until then.
      for (const stream of streams) drop(stream, endedError(stream.source));
      return true;
    }
    if (streams.every((stream) => stream.total() !== undefined) && !options.mayScan()) {
      stoppedScanning = true;
      return false;
    }
    const results = await Promise.allSettled(streams.map((stream) => stream.advance()));
    for (const [position, result] of results.entries()) {
      if (result.status === "rejected") drop(streams[position], result.reason);
    }
    return true;
  }

  function drop(stream: Stream | undefined, reason: unknown): void {
    const failure = reason instanceof UpstreamError ? reason : toSpentError(stream, reason);
    const position = outcomes.findIndex((one) => stream !== undefined && one.streams.includes(stream));
    const outcome = outcomes[position];
    if (outcome === undefined || outcome.failure !== null) return;
    outcomes[position] = { ...outcome, failure, failedAt: laterKey(outcome.place, last, direction) };
  }

  async function take(wanted: number): Promise<TakenRun | null> {
    for (;;) {
      const streams = live();
      const first = firstHead(streams, direction);
      const open = streams.filter((stream) => isInTheWay(stream, first));
      if (open.length === 0) return first === null ? null : pop(streams, first);
      const early = takeEarly(streams, open, wanted);
      if (early !== null) return early;
      if (!(await readOn(open))) return null;
    }
  }

  function isInTheWay(stream: Stream, first: RunKey | null): boolean {
    const bound = stream.head() === null ? stream.bound() : null;
    return bound !== null && (first === null || direction * compareKeys(bound, first) <= 0);
  }

  function pop(streams: readonly Stream[], key: RunKey): TakenRun | null {
    const holders = streams.filter((stream) => stream.head()?.key !== undefined && isSame(stream.head()?.key, key));
    const runs = holders.flatMap((stream) => stream.head()?.run ?? []);
    for (const stream of holders) stream.pop();
    last = key;
    const run = mergeRuns(runs);
    return run === null ? null : { run, key };
  }

  /** The last runs of a page may come from a window's last records, where only these would cost one more call. */
  function takeEarly(streams: readonly Stream[], open: readonly Stream[], wanted: number): TakenRun | null {
    const candidates = open.map((stream) => ({ stream, slots: stream.lastOfFirstWindow() }));
    if (candidates.some(({ slots }) => slots.length === 0)) return null;
    const [first] = candidates.flatMap(({ slots }) => slots[0] ?? []).sort((a, b) => compareKeys(a.key, b.key));
    const chosen = candidates.find(({ slots }) => slots[0] === first);
    if (first === undefined || chosen === undefined || chosen.slots.length !== wanted) return null;
    const others = [
      ...heads(streams),
      ...candidates.flatMap(({ slots }) => (slots === chosen.slots ? [] : (slots[0]?.key ?? []))),
    ];
    if (others.some((key) => compareTimes(key.time, first.key.time) <= 0)) return null;
    chosen.stream.takeProvisionally(first);
    last = first.key;
    return first;
  }

  async function hasMore(): Promise<boolean> {
    for (;;) {
      if (outcomes.some(({ failure }) => failure !== null && failure.code !== "NOT_SUPPORTED")) return true;
      const streams = live();
      const known = streams.map((stream) => stream.hasMore());
      if (stoppedScanning || known.includes(true)) return true;
      const unknown = streams.filter((_, position) => known[position] === null);
      if (unknown.length === 0) return false;
      await readOn(unknown);
    }
  }

  return { take, hasMore, last: () => last, didStopScanning: () => stoppedScanning, outcomes: () => outcomes };
}

/**
 * A list that was begun, and that the operation's budget does not let be read on, fails for this page: what the others have is shown,
 * so that the next page has less to read.
 */
function toSpentError(stream: Stream | undefined, reason: unknown): UpstreamError {
  const isSpent = reason instanceof InputError && reason.code === "COST_LIMIT_EXCEEDED";
  if (!isSpent || stream?.total() === undefined) throw reason;
  const message = "The operation's budget of upstream calls was used up; the next page goes on from here.";
  return createOwnFailure(stream.source, "THROTTLED", message);
}

/** The place at which a source stands when the walk is broken off behind `key`. */
export function placeAt(outcome: SourceOutcome, key: RunKey | null, direction: Direction): RunKey | null {
  const reached = laterKey(outcome.place, key, direction);
  return outcome.failedAt === undefined ? reached : earlierKey(reached, outcome.failedAt, direction);
}

/** One run of what several lists of a source tell about it: the same record, each time with other instances. */
function mergeRuns(runs: readonly Invocation[]): Invocation | null {
  const [first] = runs;
  if (first === undefined || runs.length === 1) return first ?? null;
  const instances = new Map(runs.flatMap((run) => run.instances).map((one) => [one.instanceId, one]));
  return { ...first, instances: [...instances.values()].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1)) };
}

function firstHead(streams: readonly Stream[], direction: Direction): RunKey | null {
  let first: RunKey | null = null;
  for (const key of heads(streams)) {
    if (first === null || direction * compareKeys(key, first) < 0) first = key;
  }
  return first;
}

function heads(streams: readonly Stream[]): readonly RunKey[] {
  return streams.flatMap((stream) => stream.head()?.key ?? []);
}

function isSame(a: RunKey | undefined, b: RunKey): boolean {
  return a !== undefined && compareKeys(a, b) === 0;
}
