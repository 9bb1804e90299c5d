import {
  type InvocationRef,
  type InvocationStatus,
  invocationKey,
  isDueAfterEarly,
  isFinalInvocationStatus,
  type Operation,
  type Projection,
  type Source,
  sourceKey,
} from "#domain";
import { LIST_HEAD, type StoredRun, timeOf } from "#store";
import type { KnownList } from "../lists/index.ts";
import { isFresh, isOverRun } from "./freshness.ts";
import type { ReaderParts } from "./reader-parts.ts";
import type { RunReader } from "./run-reader.ts";

/** Learns how unfinished runs went on. */
export interface Follower {
  /**
   * Makes these runs as fresh as quota and upstream allow. From two runs of one state on, the list of that state tells of 50 at
   * a call; what has left it is read by id. Never rejects because of an upstream.
   * @returns why runs could not be read, one for each of them
   */
  follow(runs: readonly StoredRun[], operation: Operation, maxAgeMs?: number): Promise<readonly unknown[]>;
  /** Counts a run as watched until the returned function is called: then a list serves also those who ask for one run only. */
  watch(ref: InvocationRef, statusOf: () => InvocationStatus | null): () => void;
}

/** What following works with. */
export interface FollowParts extends ReaderParts {
  readonly runs: RunReader;
  openLists(source: Source, status: InvocationStatus, operation: Operation): Promise<readonly KnownList[]>;
}

/** The first reading may be one that others began too long ago. */
const REFRESHES_MAX = 2;

const NOTHING: Projection = { output: false, content: false };

/** Starts with nothing watched. */
export function createFollower({ store, clock, runs, openLists, freshnessMs }: FollowParts): Follower {
  const watched = new Map<symbol, { readonly ref: InvocationRef; statusOf(): InvocationStatus | null }>();

  function countWatched(source: Source, status: InvocationStatus): number {
    const all = [...watched.values()].filter(({ ref }) => sourceKey(ref.source) === sourceKey(source));
    // Runs that were not looked at yet may be in any state: a page of them is watched at once.
    const same = all.filter((one) => (one.statusOf() ?? status) === status);
    return new Set(same.map(({ ref }) => invocationKey(ref))).size;
  }

  async function readState(
    group: readonly StoredRun[],
    operation: Operation,
    isOldAt: (readAt: number | null) => boolean,
  ): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    const { source, status } = first.run;
    if (status === "UNKNOWN" || isFinalInvocationStatus(status)) return;
    if (Math.max(group.length, countWatched(source, status)) < 2) return;
    const lists = await openLists(source, status, operation);
    const oldest = Math.min(...group.map(({ run }) => timeOf(run)));
    // A run that is not in a list that was just read down to it has left it.
    const refresh = async (list: KnownList): Promise<void> => {
      for (let n = 0; n < REFRESHES_MAX && isOldAt(await list.readAt()); n += 1) await list.refresh(operation);
      // Where many stand in front of them, one by one costs less.
      for (let n = 1; n * 2 < group.length && (await list.boundBelow(LIST_HEAD)) >= oldest; n += 1)
        await list.extendBelow(LIST_HEAD, operation);
    };
    await Promise.all(lists.map(refresh));
  }

  return {
    async follow(all, operation, maxMs = freshnessMs) {
      // What is read from now on is fresh, however long it takes to answer.
      const beganAt = clock.elapsed();
      const isOldAt = (readAt: number | null): boolean =>
        !isFresh(readAt, { now: clock.now(), maxMs: maxMs + clock.elapsed() - beganAt });
      const isStale = ({ run, readAt, isGone }: StoredRun): boolean => !isGone && !isOverRun(run) && isOldAt(readAt);
      // The list of one server tells nothing of the others, however fresh it is.
      const isDue = ({ run, isGone }: StoredRun): boolean => !isGone && isDueAfterEarly(run, clock.now());
      const stale = all.filter(isStale);
      const due = all.filter((one) => isDue(one) && !isStale(one));
      if (stale.length + due.length === 0) return [];
      const paced: Operation = { ...operation, pace: operation.pace ?? "refresh" };
      await Promise.allSettled([...groupByState(stale).values()].map((group) => readState(group, paced, isOldAt)));
      const known = await store.readRuns(
        stale.map(({ run }) => run),
        NOTHING,
        operation,
      );
      const left = known.flatMap((stored) => (stored !== null && isStale(stored) ? [stored] : []));
      const readings = await Promise.allSettled([
        ...left.map(({ run }) => runs.read(run, NOTHING, paced, maxMs)),
        ...due.map(({ run }) => runs.read(run, NOTHING, paced, 0)),
      ]);
      return readings.flatMap((reading) => (reading.status === "rejected" ? [reading.reason as unknown] : []));
    },
    watch(ref, statusOf) {
      const key = Symbol(ref.invokeId);
      watched.set(key, { ref, statusOf });
      return () => void watched.delete(key);
    },
  };
}

function groupByState(runs: readonly StoredRun[]): ReadonlyMap<string, readonly StoredRun[]> {
  const groups = new Map<string, StoredRun[]>();
  for (const stored of runs) {
    const key = `${sourceKey(stored.run.source)}|${stored.run.status}`;
    groups.set(key, [...(groups.get(key) ?? []), stored]);
  }
  return groups;
}
