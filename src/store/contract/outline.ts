import { durationMsOf, finishTimeOf, type InstanceInvocation, type Invocation, msBetween, sourceRank } from "#domain";
import { NO_TIME, type Position, timeOf } from "./position.ts";
import type { ExecutionOutline, OutlineDetail, RunOutline } from "./run-store.ts";

/** The outline of a run. Executions are made each time they are read: a thousand runs that wait for their turn would hold 300,000. */
export function outlineOf(run: Invocation, detail: OutlineDetail): RunOutline {
  const { source, invokeId, status, command } = run;
  const instances = detail === "RUNS" ? [] : run.instances;
  const time = timeOf(run);
  const finishTime = finishTimeOf(run);
  return {
    source,
    invokeId,
    time: time === NO_TIME ? null : time,
    status,
    command: { commandId: command.commandId, name: command.name },
    finishTime: finishTime === null ? null : Date.parse(finishTime),
    durationMs: durationMsOf(run),
    executionCount: instances.length,
    get executions() {
      return instances.map((one) => executionOutlineOf(one, detail));
    },
  };
}

function executionOutlineOf(
  { instanceId, status, startTime, finishTime, output, pastOutput }: InstanceInvocation,
  detail: OutlineDetail,
): ExecutionOutline {
  const outline = { instanceId, status, durationMs: msBetween(startTime, finishTime) };
  return detail === "OUTPUTS" ? { ...outline, output, ...(pastOutput && { pastOutput }) } : outline;
}

/** The place of the run that an outline is of. */
export function placeOfOutline({ source, invokeId, time }: RunOutline): Position {
  return { time: time ?? NO_TIME, source: sourceRank(source), invokeId };
}
