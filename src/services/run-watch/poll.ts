import {
  type Clock,
  InputError,
  type InstanceInvocation,
  type Invocation,
  type InvocationRef,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  isRepeated,
  lacksOthers,
  type Operation,
} from "#domain";
import type { RunStore, StoredRun } from "#store";
import { isSettledExecution, isSettledRun, type Sync } from "#sync";
import type { WatchProjection } from "../contract/index.ts";

/** What a look finds of a run that the upstream does not know: whether it was seen before, by whomever. */
export type Absence = "never seen" | "not seen any more";

/** The run as it is now, no older than so many milliseconds if quota and upstream allow; as it is known with {@link ANY_AGE}. */
export type Poll = (
  ref: InvocationRef,
  projection: WatchProjection,
  operation: Operation,
  maxAgeMs: number,
) => Promise<Invocation | Absence>;

/** Age of a look that costs no upstream call. */
export const ANY_AGE = Number.POSITIVE_INFINITY;

/** What a poll reads with. */
export interface PollParts {
  readonly sync: Sync;
  readonly store: RunStore;
  readonly clock: Clock;
}

/** One reading of a source's running runs serves everybody who watches one of them. */
export function createPoll({ sync, store, clock }: PollParts): Poll {
  const find = async (ref: InvocationRef, projection: WatchProjection): Promise<StoredRun | null> =>
    (await store.readRuns([ref], projection))[0] ?? null;

  /** Reads what the run's record does not tell. */
  async function complete(
    { source, invokeId }: InvocationRef,
    stored: StoredRun | null,
    projection: WatchProjection,
    operation: Operation,
    isMissing: typeof isUnread,
  ): Promise<Invocation | Absence> {
    if (stored === null || stored.isGone) return "not seen any more";
    const { run } = stored;
    const instanceIds = run.instances
      .filter((one) => isMissing(one, run, projection))
      .map(({ instanceId }) => instanceId);
    if (instanceIds.length === 0) return run;
    await sync.results.read(source, { invokeId, instanceIds, includeHistory: false }, projection, operation);
    return (await find({ source, invokeId }, projection))?.run ?? run;
  }

  /** The run, read once more if its executions ended after its record was read: it would be told to go on with nothing that does. */
  async function reconcile(found: Invocation | Absence, projection: WatchProjection, operation: Operation) {
    if (typeof found === "string") return found;
    const stored = await find(found, projection);
    if (stored === null || !isOvertaken(stored)) return found;
    await sync.runs.read(found, { output: false, content: projection.content }, operation, 0);
    return (await find(found, projection))?.run ?? found;
  }

  /** True if the run's record tells less of an instance than is wanted. */
  function isLacking(one: InstanceInvocation, run: Invocation, projection: WatchProjection): boolean {
    const isOutputOld = one.output === undefined || !isSettledExecution(one, run, clock.now());
    return (projection.output && isOutputOld) || (projection.details && !one.isComplete);
  }

  return async (ref, projection, operation, maxAgeMs) => {
    const known = await find(ref, projection);
    if (maxAgeMs === ANY_AGE)
      return known === null ? "never seen" : complete(ref, known, projection, operation, isUnread);
    if (
      known !== null &&
      isSettledRun(known.run, clock.now()) &&
      !known.run.instances.some((one) => isLacking(one, known.run, projection))
    ) {
      return known.run;
    }
    if (known === null || known.isGone || isFoundByIdAlone(known.run)) {
      const run = await sync.runs.read(ref, { output: false, content: projection.content }, operation, 0);
      if (run === null) return known === null ? "never seen" : "not seen any more";
    } else {
      const [failure] = await sync.follower.follow([known], operation, maxAgeMs);
      if (failure !== undefined) throw failure;
    }
    return reconcile(
      await complete(ref, await find(ref, projection), projection, operation, isLacking),
      projection,
      operation,
    );
  };
}

/** True if only a reading of the run by its id finds out what it may have beside what is known. */
function isFoundByIdAlone(run: Invocation): boolean {
  return run.isEarly === true || run.mayBeElsewhere === true || lacksOthers(run);
}

/** True if all executions of a run that goes on have ended, the last of them after the run's record was read. */
function isOvertaken({ run, readAt, executionReadAt }: StoredRun): boolean {
  return (
    !isFinalInvocationStatus(run.status) &&
    !isRepeated(run) &&
    run.instances.every(({ status }) => isFinalInstanceStatus(status)) &&
    run.instances.some(({ instanceId }) => (executionReadAt.get(instanceId) ?? Number.NEGATIVE_INFINITY) >= readAt)
  );
}

/** True if nobody has read it so far. */
function isUnread(one: InstanceInvocation, _run: Invocation, projection: WatchProjection): boolean {
  return (projection.output && one.output === undefined) || (projection.details && !one.isComplete);
}

/** All looks have their turns as one client: a client that asks for something waits for one of them, and not for one of each watched run. */
const WATCHES = "watches";

/** Counts the calls of one poll, and refuses what one poll may not cost. */
export function createPollMeter(callBudget: number): Operation["meter"] {
  let calls = 0;
  return {
    client: WATCHES,
    spend() {
      if (calls >= callBudget) {
        throw new InputError(
          "COST_LIMIT_EXCEEDED",
          `One look at this run needs more than the ${callBudget} upstream calls that it may make: leave out output.`,
        );
      }
      calls += 1;
    },
    addCached: () => {},
  };
}
