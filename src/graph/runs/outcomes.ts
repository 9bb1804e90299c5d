import {
  type Execution,
  type InstanceInvocation,
  type Invocation,
  isFinalInstanceStatus,
  settledStatus,
} from "#domain";
import type { Answer } from "#services";
import type { GraphContext } from "../operation/index.ts";
import { kindsOf, type NeedsOf } from "../rights/index.ts";
import type { RowProjection } from "./instance-invocation.ts";

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
  const lacking = runs.flatMap((run) => {
    const needs = needsOf(kindsOf(run, context));
    const isRead = needs.output || needs.details;
    return run.instances.filter(
      (instance) => (isRead && lacksOutcome(instance)) || (needs.times && lacksTimes(instance)),
    );
  });
  if (lacking.length === 0) return runs;
  const output = runs.some((run) => needsOf(kindsOf(run, context)).output);
  const answers = await context.loaders.latestResults(lacking, { output, content: false });
  const found = new Map(lacking.map((instance, index) => [instance, answers[index] ?? null]));
  return runs.map((run) => (run.instances.some((instance) => found.has(instance)) ? settle(run, found) : run));
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

function lacksTimes({ status, isComplete }: InstanceInvocation): boolean {
  return !isComplete && isFinalInstanceStatus(status);
}

function settle(run: Invocation, found: ReadonlyMap<InstanceInvocation, Answer<Execution>>): Invocation {
  const instances = run.instances.map((instance) => join(instance, found.get(instance) ?? null));
  return { ...run, instances, status: settledStatus(run.status, instances) };
}

// What cannot be read stays as it is: its own fields say why.
function join(instance: InstanceInvocation, result: Answer<Execution>): InstanceInvocation {
  if (result === null || result instanceof Error) return instance;
  const { creationTime, updateTime } = instance;
  return { ...result, commandId: result.commandId ?? instance.commandId, creationTime, updateTime, isComplete: true };
}
