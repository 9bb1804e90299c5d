import type { Execution, InstanceInvocation, InvocationResult, Output, ReadFrom, Source } from "#domain";
import type { ExecutionShape, RunShape } from "./shapes.ts";

/** What the record itself does not say and the request or the run around it does. */
export interface Surroundings {
  readonly source: Source;
  readonly invokeId: string;
  readonly instanceId: string;
  readonly commandId: string | null;
  readonly username: string | null;
  /** Which answer the record stands in. */
  readonly readFrom: ReadFrom | null;
}

/** Turns a shape into what is known of one execution. */
export function toResult(
  shape: ExecutionShape,
  surroundings: Surroundings,
  output: Output | null | undefined,
  execution: string | null,
): InvocationResult {
  return toExecution(shape, surroundings, output, { execution });
}

/**
 * Turns a shape nested in a run into the latest state on its instance.
 * @param run its creation time stands for one that the shape does not tell
 */
export function toInstanceInvocation(
  shape: ExecutionShape,
  run: Pick<RunShape, "creationTime">,
  surroundings: Surroundings,
  output: Output | null | undefined,
  isComplete: boolean,
): InstanceInvocation {
  const creationTime = shape.creationTime ?? run.creationTime;
  return toExecution(shape, surroundings, output, { creationTime, updateTime: shape.updateTime, isComplete });
}

// Lists hold hundreds of executions: an object that is written out costs a tenth of one that is spread from another.
function toExecution<Own extends object>(
  shape: ExecutionShape,
  surroundings: Surroundings,
  output: Output | null | undefined,
  own: Own,
): Execution & Own {
  const execution: Execution = {
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
    readFrom: surroundings.readFrom,
  };
  return Object.assign(execution, own);
}
