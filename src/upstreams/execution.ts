import type { InstanceInvocation, InvocationResult, Output, Source } from "#domain";
import type { ExecutionShape, RunShape } from "./shapes.ts";

/** What the record itself does not say and the request or the run around it does. */
export interface Surroundings {
  readonly source: Source;
  readonly invokeId: string;
  readonly instanceId: string;
  readonly commandId: string | null;
  readonly username: string | null;
}

/** Turns a shape into what is known of one execution. */
export function toResult(
  shape: ExecutionShape,
  surroundings: Surroundings,
  output: Output | null | undefined,
  execution: string | null,
): InvocationResult {
  return { ...toExecution(shape, surroundings, output), execution };
}

/** Turns a shape nested in a run into the latest state on its instance. */
export function toInstanceInvocation(
  shape: ExecutionShape,
  run: RunShape,
  surroundings: Surroundings,
  output: Output | null | undefined,
  isComplete: boolean,
): InstanceInvocation {
  return {
    ...toExecution(shape, surroundings, output),
    creationTime: shape.creationTime ?? run.creationTime,
    updateTime: shape.updateTime,
    isComplete,
  };
}

function toExecution(shape: ExecutionShape, surroundings: Surroundings, output: Output | null | undefined) {
  return {
    source: surroundings.source,
    invokeId: surroundings.invokeId,
    instanceId: surroundings.instanceId,
    commandId: shape.commandId ?? surroundings.commandId,
    status: shape.status,
    rawStatus: shape.rawStatus,
    startTime: shape.startTime,
    finishTime: shape.finishTime,
    stopTime: shape.stopTime,
    exitCode: shape.exitCode,
    error: shape.error,
    repeats: shape.repeats,
    username: shape.username ?? surroundings.username,
    output,
    ossDelivery: shape.ossDelivery,
  };
}
