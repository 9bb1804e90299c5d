import { type Execution, type InstanceInvocation, type Invocation, isFinalInstanceStatus, statusAfter } from "#domain";
import type { Answer } from "#services";
import { type GraphContext, giveInTurns } from "../operation/index.ts";
import { kindsOf, type NeedsOf } from "../rights/index.ts";
import { isLacking, type RowProjection } from "./instance-invocation.ts";

/** To ask for a row's result and to be told it takes as long as to make so many leaf values. */
export const VALUES_A_LOAD = 5;

/** What a selection reads of runs and their rows, beyond what every list tells. */
export interface RunNeeds extends RowProjection {
  /** When a run ended, which its instances tell. */
  readonly times: boolean;
}

/**
 * Gives runs the outcomes and times that only their results tell: generations before `InvocationStatus` say `Finished` of whatever came to
 * its end, and list no exit code. A selection that reads results anyway then shows one outcome of an instance, its result, the
 * counts and the run. Costs no call that the selected fields do not cost.
 */
export async function settleRuns(
  runs: readonly Invocation[],
  needsOf: NeedsOf<RunNeeds>,
  context: GraphContext,
): Promise<readonly Invocation[]> {
  const output = runs.some((run) => needsOf(kindsOf(run, context)).output);
  // Nothing is loaded before the last one has had its turn: what they ask for goes together.
  return Promise.all(runs.map((run) => settleOne(run, needsOf(kindsOf(run, context)), output, context)));
}

async function settleOne(
  run: Invocation,
  needs: RunNeeds,
  output: boolean,
  { loaders, operation }: GraphContext,
): Promise<Invocation> {
  const lacking = lackingIn(run, needs);
  if (lacking.length === 0) return run;
  await giveInTurns(operation, lacking.length * VALUES_A_LOAD, null);
  const answers = await loaders.latestResults(lacking, { output, content: false });
  await giveInTurns(operation, lacking.length, null);
  return settle(run, new Map(lacking.map((instance, index) => [instance, answers[index] ?? null])));
}

function lackingIn({ instances }: Invocation, needs: RunNeeds): readonly InstanceInvocation[] {
  const isRead = needs.output || needs.details;
  if (!isRead && !needs.times) return [];
  // One call reads as many results of a run, of which a page of its instances shows some.
  const isOneCall = instances.length <= RESULTS_A_CALL;
  return instances.filter(
    (instance) =>
      (isRead && lacksOutcome(instance)) ||
      (needs.times && lacksTimes(instance)) ||
      (isOneCall && mayEnd(instance) && isLacking(instance, needs)),
  );
}

/** The same for one run. */
export async function settleRun(
  run: Invocation,
  needsOf: NeedsOf<RunNeeds>,
  context: GraphContext,
): Promise<Invocation> {
  return (await settleRuns([run], needsOf, context))[0] ?? run;
}

function lacksOutcome({ status, exitCode, isComplete }: InstanceInvocation): boolean {
  return status === "FINISHED" && exitCode === null && !isComplete;
}

const RESULTS_A_CALL = 50;

/** True if the result that an output is read with may tell the end of it. */
function mayEnd({ status }: InstanceInvocation): boolean {
  return !isFinalInstanceStatus(status) || status === "FINISHED";
}

function lacksTimes({ status, isComplete }: InstanceInvocation): boolean {
  return !isComplete && isFinalInstanceStatus(status);
}

function settle(run: Invocation, found: ReadonlyMap<InstanceInvocation, Answer<Execution>>): Invocation {
  const instances = run.instances.map((instance) => join(instance, found.get(instance) ?? null));
  return { ...run, instances, status: statusAfter(run, instances) };
}

// What cannot be read stays as it is: its own fields say why.
function join(instance: InstanceInvocation, result: Answer<Execution>): InstanceInvocation {
  if (result === null || result instanceof Error) return instance;
  const { creationTime, updateTime } = instance;
  const { commandId, ...told } = agreeing(instance, result);
  return { ...told, commandId: commandId ?? instance.commandId, creationTime, updateTime, isComplete: true };
}

/** A result as it is shown beside its instance: of two records that differ, the one that is over says how it stands. */
export function agreeing<Result extends Execution>(instance: InstanceInvocation, result: Result): Result {
  const isInstanceOver = instance.isComplete && isFinalInstanceStatus(instance.status);
  const isMore = instance.status === "FINISHED" && isFinalInstanceStatus(result.status);
  const isSame = instance.status === result.status && [null, result.exitCode].includes(instance.exitCode);
  if (!isInstanceOver || isMore || isSame) return result;
  const { status, rawStatus, startTime, finishTime, stopTime, exitCode, error, repeats } = instance;
  return { ...result, status, rawStatus, startTime, finishTime, stopTime, exitCode, error, repeats };
}
