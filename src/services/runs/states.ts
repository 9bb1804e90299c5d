import { type InvocationQuery, isFinalInvocationStatus, matchesQuery, type Operation, type Source } from "#domain";
import type { StoredRun } from "#store";
import type { Sync } from "#sync";
import type { PageStore } from "../view/index.ts";

/** Unfinished runs of a source that are followed before runs are chosen by how they went on, the newest ones. */
const FOLLOWED_MAX = 500;
/** Those among them that no list of their state tells of: each costs a call. */
const ALONE_MAX = 10;

/** What following works with. */
interface StatesParts {
  readonly store: Pick<PageStore, "readUnfinished">;
  readonly sync: Pick<Sync, "follower">;
}

/**
 * Learns how those unfinished runs of a source went on that the query may mean. A list that is known to its end tells nothing new of a run
 * that ended deep in it, so that the run would be sought by an old state.
 * @returns when the oldest state was read that is still unfinished, in epoch milliseconds; null if there is none
 */
export async function followStates(
  source: Source,
  query: InvocationQuery,
  { store, sync }: StatesParts,
  operation: Operation,
): Promise<number | null> {
  const lasting = lastingPart(query);
  const readMeant = async (): Promise<readonly StoredRun[]> => {
    const unfinished = await store.readUnfinished(source, FOLLOWED_MAX);
    return unfinished.filter(({ run }) => matchesQuery(run, lasting));
  };
  const meant = await readMeant();
  if (meant.length === 0) return null;
  await sync.follower.follow([...meant.filter(isListed), ...meant.filter(isAlone).slice(0, ALONE_MAX)], operation);
  const left = (await readMeant()).filter(isListed);
  return left.length === 0 ? null : Math.min(...left.map(({ readAt }) => readAt));
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

function isAlone(stored: StoredRun): boolean {
  return !isListed(stored);
}
