import {
  type InvocationQuery,
  isFinalInvocationStatus,
  isFinalRun,
  matchesQuery,
  type Operation,
  type Source,
} from "#domain";
import type { StoredRun } from "#store";
import type { Sync } from "#sync";
import type { PageStore } from "../view/index.ts";

/** Unfinished runs of a source that are looked at before runs are chosen by their states, the newest ones. */
const SEEN_MAX = 2_000;
/** Those among them that are followed, the newest ones: a call for each 50 of one state. */
const FOLLOWED_MAX = 200;
/** Those among them that no list of their state tells of, the ones read longest ago: each costs a call. */
const ALONE_MAX = 10;
/** How old the state of such a run may be, in milliseconds. */
const ALONE_MAX_AGE_MS = 60_000;

const NOTHING = { output: false, content: false };

/** What following works with. */
interface StatesParts {
  readonly store: Pick<PageStore, "readUnfinished" | "readRuns">;
  readonly sync: Pick<Sync, "follower">;
}

/** The states by which the runs of a source are chosen. */
export interface KnownStates {
  /** When the oldest state was read that may have changed since, in epoch milliseconds; null if there is none. */
  readonly readAt: number | null;
  /** False if the source has more unfinished runs than are looked at. */
  readonly isWhole: boolean;
}

/**
 * Follows unfinished runs of a source that the query may mean. A list that is known to its end tells nothing new of a run that ended deep
 * in it: it would be chosen by an old state. Runs in a state that no list has are followed a few at a time.
 */
export async function followStates(
  source: Source,
  query: InvocationQuery,
  { store, sync }: StatesParts,
  operation: Operation,
): Promise<KnownStates> {
  const lasting = lastingPart(query);
  const unfinished = await store.readUnfinished(source, SEEN_MAX);
  const meant = unfinished.filter(({ run }) => matchesQuery(run, lasting));
  const alone = meant.filter((stored) => !isListed(stored)).sort((a, b) => a.readAt - b.readAt);
  await sync.follower.follow(meant.filter(isListed).slice(0, FOLLOWED_MAX), operation);
  await sync.follower.follow(alone.slice(0, ALONE_MAX), operation, ALONE_MAX_AGE_MS);
  const now = await store.readRuns(
    meant.map(({ run }) => run),
    NOTHING,
  );
  const left = now.flatMap((stored) => (stored !== null && isOpen(stored) ? [stored.readAt] : []));
  return { readAt: left.length === 0 ? null : Math.min(...left), isWhole: unfinished.length < SEEN_MAX };
}

/** True if it depends on how a run went on so far whether it is meant. */
export function dependsOnState(query: InvocationQuery): boolean {
  return Object.keys(lastingPart(query)).length < Object.keys(query).length;
}

/** The part of a query that a run meets from its beginning on, or never. */
function lastingPart(query: InvocationQuery): InvocationQuery {
  const {
    statusIn: _statuses,
    instanceStatusIn: _states,
    errorCodeIn: _errors,
    exitCodeIn: _exits,
    finishedAfter: _after,
    finishedBefore: _before,
    ...lasting
  } = query;
  return lasting;
}

function isListed({ run }: StoredRun): boolean {
  return run.status !== "UNKNOWN" && !isFinalInvocationStatus(run.status);
}

function isOpen({ run, isGone }: StoredRun): boolean {
  return !isGone && !isFinalRun(run);
}
