import type { Invocation, InvocationResult, Output, Source } from "#domain";
import {
  decodeBase64Field,
  type ExecutionShape,
  latestOfEach,
  type NamedRun,
  type Reading,
  type RunShape,
  readBase64Output,
  toInstanceInvocation,
  toResult,
  toRun,
} from "../mapping/index.ts";
import type { ResultShape } from "./shapes.ts";

/** A run of DescribeInvocations; `isOutputTold` says whether a missing output means that there is none. */
export function toInvocation(run: NamedRun, isOutputTold: boolean, reading: Reading): Invocation {
  const { source, readFrom } = reading;
  const { invokeId, commandId, username, commandContent } = run;
  const instances = latestOfEach(run.instances).map((shape) => {
    const surroundings = { source, invokeId, instanceId: shape.instanceId ?? "", commandId, username, readFrom };
    const output = toOutput(shape, isOutputTold, reading);
    // Here the instance has a time of its own: where it is empty, the run's would be a guess.
    return toInstanceInvocation(shape, UNTIMED, surroundings, output, isComplete(shape));
  });
  const content = commandContent === null ? null : decodeBase64Field("CommandContent", commandContent, reading);
  const timed = run.timed ?? timedOf(run.repeatMode);
  return toRun(
    run,
    { instances, timed, repeatMode: run.repeatMode ?? repeatModeOf(run), script: { content } },
    reading,
  );
}

/** A record of DescribeInvocationResults, not yet told apart from other executions on the same instance. */
export function toInvocationResult(shape: ResultShape, source: Source, reading: Reading): InvocationResult {
  const { invokeId, instanceId } = shape;
  const { readFrom } = reading;
  const surroundings = { source, invokeId, instanceId, commandId: null, username: null, readFrom };
  return toResult(shape, surroundings, toOutput(shape, true, reading), null);
}

/** An end is sometimes told before what was printed is there: for so long after it, an empty output is none that is told. */
const OUTPUT_OWED_MS = 10_000;
/** So far the clocks of gateway and vendor may differ; of a clock that is further off nothing can be told. */
const CLOCKS_APART_MS = 30_000;

function toOutput(shape: ExecutionShape, isTold: boolean, reading: Reading): Output | null | undefined {
  return readBase64Output(shape, reading) ?? (isTold && !isOutputOwed(shape, reading) ? null : undefined);
}

function isOutputOwed({ startTime, finishTime }: ExecutionShape, { asOf }: Reading): boolean {
  if (startTime === null || finishTime === null || asOf === null) return false;
  const afterMs = asOf - Date.parse(finishTime);
  return afterMs > -CLOCKS_APART_MS && afterMs < OUTPUT_OWED_MS;
}

const UNTIMED = { creationTime: null };

// Documents of 2018 nest ids and states only; what has not begun has nothing more to tell in any generation.
function isComplete(shape: ExecutionShape): boolean {
  return shape.isDetailed || !hasBegun(shape);
}

/** True if there is something to tell of it. */
export function hasBegun({ status }: Pick<ExecutionShape, "status">): boolean {
  return status !== "PENDING" && status !== "SCHEDULED";
}

function timedOf(repeatMode: string | null): boolean | null {
  if (repeatMode === null) return null;
  return repeatMode !== "Once" && repeatMode !== "DryRun";
}

// Generations before RepeatMode say no more than whether a run was timed.
function repeatModeOf(run: RunShape): string | null {
  if (run.timed === true) return "Period";
  return run.timed === false && run.frequency === null ? "Once" : null;
}
