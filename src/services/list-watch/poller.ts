import { type Clock, type Operation, type Source, sourceKey, UpstreamError } from "#domain";
import { type Leases, LIST_END, LIST_HEAD, type RunStore } from "#store";
import type { KnownList, Sync } from "#sync";
import { createPollMeter, type WatchRules } from "../run-watch/index.ts";
import type { ChangeLog } from "./change-log.ts";

/** What keeps watched lists fresh. */
export interface ListPollerParts {
  readonly sync: Sync;
  readonly store: RunStore;
  /** Of several gateways on one store, one looks after a source; its changes reach the others through the store. */
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: ChangeLog;
  readonly rules: WatchRules;
  /** How old what still moves may be, in milliseconds: how often a list is asked for in which nothing moves. */
  readonly freshnessMs: number;
}

/** Keeps sources fresh as long as anybody watches a list of them. */
export interface ListPoller {
  /** Counts one who watches these sources until the returned function is called. */
  join(sources: readonly Source[], requestId: string): () => void;
}

interface Watched {
  count: number;
  readonly life: AbortController;
}

/** A look takes what others read a moment ago. */
const AGE_SHARE = 0.9;
/** Who comes back so soon is told every run that came meanwhile, however many; later, those of the newest pages. */
const RETURN_MS = 600_000;
/** Unfinished runs of a source that are followed, the newest ones. */
const FOLLOWED_MAX = 500;

/** One loop a source, however many watch however many lists of it. */
export function createListPoller(parts: ListPollerParts): ListPoller {
  const watched = new Map<string, Watched>();

  function enter(source: Source, requestId: string): Watched {
    const known = watched.get(sourceKey(source));
    if (known !== undefined) return known;
    const made = { count: 0, life: new AbortController() };
    watched.set(sourceKey(source), made);
    void lookAfter(parts, source, made.life.signal, requestId);
    return made;
  }

  function leave(source: Source, one: Watched): void {
    one.count -= 1;
    if (one.count > 0) return;
    watched.delete(sourceKey(source));
    one.life.abort();
  }

  return {
    join(sources, requestId) {
      const entered = sources.map((source) => ({ source, one: enter(source, requestId) }));
      for (const { one } of entered) one.count += 1;
      return () => {
        for (const { source, one } of entered) leave(source, one);
      };
    },
  };
}

async function lookAfter(parts: ListPollerParts, source: Source, signal: AbortSignal, requestId: string) {
  const { clock, leases, log, rules, freshnessMs } = parts;
  let nap = new AbortController();
  const lease = leases.want(`list|${sourceKey(source)}`, () => nap.abort(null));
  const leave = (): void => {
    lease.release();
    nap.abort(null);
  };
  signal.addEventListener("abort", leave, { once: true });
  const calmMs = Math.min(rules.maxIntervalMs, Math.max(rules.minIntervalMs, freshnessMs));
  let intervalMs = rules.minIntervalMs;
  const floors = new Map<string, number>();
  let failure: string | null | undefined;
  while (!signal.aborted) {
    if (!lease.isOurs()) {
      nap = new AbortController();
      await clock.sleep(rules.minIntervalMs, nap.signal);
      continue;
    }
    const before = log.head();
    const operation: Operation = {
      signal,
      deadline: clock.elapsed() + rules.pollDeadlineMs,
      requestId,
      meter: createPollMeter(rules.pollCallBudget),
      pace: "refresh",
    };
    // What failed is noted where sources are booked, and every list shows it; the next look tries again.
    const unfinished = await look(parts, source, { maxAgeMs: intervalMs * AGE_SHARE, floors }, operation).catch(
      () => null,
    );
    const now = parts.sync.book.stateOf(source).error?.code ?? null;
    if (now !== failure) log.touch();
    failure = now;
    const isMoving = log.head() > before || (unfinished ?? 0) > 0;
    const longestMs = unfinished === null ? rules.maxIntervalMs : calmMs;
    intervalMs = isMoving ? rules.minIntervalMs : Math.min(intervalMs * 2, longestMs);
    await clock.sleep(intervalMs, signal);
  }
}

interface Look {
  /** What is as old as this is read anew, in milliseconds. */
  readonly maxAgeMs: number;
  /** Of each list, down to which time it has to be read so that no run is missed that came since the look before. */
  readonly floors: Map<string, number>;
}

/** Reads the newest end of a source's lists, and how its unfinished runs went on. @returns how many of these there are */
async function look(
  { sync, store, clock }: ListPollerParts,
  source: Source,
  given: Look,
  operation: Operation,
): Promise<number> {
  if (sync.book.leftOut(source) !== null) return 0;
  const lists = await sync.openLists(source, {}, { output: false, content: false }, operation);
  const readings = await Promise.allSettled(lists.map((list) => readNewest(clock, list, given, operation)));
  // Runs go on whatever becomes of the lists.
  const unfinished = await store.readUnfinished(source, FOLLOWED_MAX);
  await sync.follower.follow(unfinished, operation, given.maxAgeMs);
  for (const reading of readings) if (reading.status === "rejected") throw reading.reason;
  return unfinished.length;
}

/** Makes the newest end fresh, and reads on down to where the look before ended. @throws UpstreamError */
async function readNewest(clock: Clock, list: KnownList, { maxAgeMs, floors }: Look, operation: Operation) {
  const readAt = await list.readAt();
  const ageMs = readAt === null || readAt > clock.now() ? Number.POSITIVE_INFINITY : clock.now() - readAt;
  // Who watched until a moment ago may come back to where it stood.
  const floor = floors.get(list.key) ?? (ageMs < RETURN_MS ? await list.newestTime() : LIST_HEAD);
  floors.set(list.key, floor);
  if (ageMs >= maxAgeMs) await list.refresh(operation);
  const top = await list.newestTime();
  // A list may show itself empty for once.
  const next = top === LIST_END ? floor : top;
  try {
    await readDownTo(list, floor, operation);
  } catch (error) {
    // What cannot be read on does not keep later runs from being told.
    if (error instanceof UpstreamError && error.code === "BAD_RESPONSE") floors.set(list.key, next);
    throw error;
  }
  floors.set(list.key, next);
}

// A refresh meets known ground within a few pages, or leaves a gap. More may come at once than that, or while a source fails.
async function readDownTo(list: KnownList, floor: number, operation: Operation): Promise<void> {
  while ((await list.boundBelow(LIST_HEAD)) > floor) await list.extendBelow(LIST_HEAD, operation);
}
