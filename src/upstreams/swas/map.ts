import type {
  Command,
  InstanceInvocation,
  Invocation,
  InvocationResult,
  Output,
  Projection,
  ReadFrom,
  Source,
} from "#domain";
import {
  decodeBase64Field,
  type ExecutionShape,
  latestOfEach,
  type NamedRun,
  type OwnOfRun,
  type Reading,
  type RunShape,
  readBase64Output,
  statusOfRun,
  toInstanceInvocation,
  toResult,
  toRun,
} from "../mapping/index.ts";
import type { Encoding } from "./encoding.ts";
import type { InstanceRunShape } from "./shapes.ts";

/** Which answer of which source told something. */
type Told = Pick<Reading, "source" | "readFrom">;

/** A run of DescribeCommandInvocations with its instances. */
export function toInvocation(run: NamedRun, encoding: Encoding, projection: Projection, told: Told): Invocation {
  const instances = latestOfEach(run.instances).map((shape) => {
    const output = toOutput(shape, encoding, projection.output);
    return toInstanceInvocation(shape, run, surround(shape, run, told), output, true);
  });
  return assemble(run, decodeScript(run, encoding, projection.content), instances, told);
}

/** The results nested in a run of DescribeCommandInvocations. */
export function toResults(
  run: NamedRun,
  encoding: Encoding,
  projection: Projection,
  told: Told,
): readonly InvocationResult[] {
  return run.instances.map((shape) =>
    toResult(shape, surround(shape, run, told), toOutput(shape, encoding, projection.output), null),
  );
}

/** An item of DescribeInvocations, which says nothing of the execution but its state. */
export function toInstanceRun(item: InstanceRunShape, instanceId: string, reading: Reading): Invocation {
  const { run, execution } = item;
  const { source, readFrom } = reading;
  const surroundings = { source, invokeId: run.invokeId, instanceId, commandId: null, username: null, readFrom };
  const instance = toInstanceInvocation(execution, run, surroundings, undefined, false);
  const assembled = assemble({ ...run, told: null }, { content: toContent(run, reading) }, [instance], reading);
  return run.told === null ? assembled : { ...assembled, rawStatus: run.told.rawStatus, isInstanceWord: true };
}

/** A run put together from what DescribeInvocations and DescribeInvocationResult say of it. */
export function toAssembledRun(
  run: NamedRun,
  results: readonly InvocationResult[],
  reading: Reading | undefined,
  source: Source,
): Invocation {
  const content = reading === undefined ? undefined : toContent(run, reading);
  const readFrom = newestOf([reading?.readFrom, ...results.map((result) => result.readFrom)]);
  return assemble({ ...run, told: null }, { content }, toInstances(run, results), { source, readFrom });
}

/** A run that was put together before, with what its instances say now. */
export function toNewerRun(
  { isNarrowed: _mark, isEarly: _early, mayBeElsewhere: _doubt, ...run }: Invocation,
  results: readonly InvocationResult[],
): Invocation {
  const status = statusOfRun({ told: null, instances: results, timed: null });
  const readFrom = newestOf(results.map((result) => result.readFrom));
  return { ...run, status, rawStatus: null, instances: toInstances(run, results), readFrom };
}

// No answer tells such a run whole; the newest of them tells it as it is now.
function newestOf(answers: readonly (ReadFrom | null | undefined)[]): ReadFrom | null {
  const known = answers.filter((one) => one != null);
  return known.reduce<ReadFrom | null>(
    (newest, one) => (newest !== null && newest.asOf >= one.asOf ? newest : one),
    null,
  );
}

/** The one record of DescribeInvocationResult, whose output is base64. */
export function toSingleResult(
  shape: ExecutionShape,
  asked: { readonly invokeId: string; readonly instanceId: string },
  reading: Reading,
): InvocationResult {
  const { source, readFrom } = reading;
  const surroundings = { source, ...asked, commandId: null, username: null, readFrom };
  return toResult(shape, surroundings, readBase64Output(shape, reading), null);
}

// The product knows no schedule: no frequency, no repetition, so every run is once.
function assemble(
  run: NamedRun,
  script: OwnOfRun["script"],
  instances: readonly InstanceInvocation[],
  told: Told,
): Invocation {
  return toRun(run, { instances, timed: run.timed ?? false, repeatMode: run.repeatMode ?? "Once", script }, told);
}

function surround(shape: ExecutionShape, run: NamedRun, { source, readFrom }: Told) {
  const { invokeId, commandId, username } = run;
  return { source, invokeId, instanceId: shape.instanceId ?? "", commandId, username, readFrom };
}

function toOutput(shape: ExecutionShape, encoding: Encoding, isWanted: boolean): Output | null | undefined {
  if (shape.output === null) return null;
  const bytes = encoding.decode("output", shape.output, isWanted);
  if (bytes === undefined) return undefined;
  // What is blank is base64 of nothing.
  if (bytes.length === 0) return null;
  const { output, isOutputText, droppedBytes } = shape;
  // The upstream has put this character in place of bytes that it could not read.
  const isDamaged = !isOutputText || output.includes("\ufffd") || encoding.isMisfit("output", output);
  return {
    bytes,
    droppedBytes,
    ...(encoding.isGuessing("output") && { isGuess: true }),
    ...(isDamaged && { isDamaged }),
  };
}

function toInstances(
  { creationTime }: Pick<Invocation, "creationTime">,
  results: readonly InvocationResult[],
): readonly InstanceInvocation[] {
  return results.map(({ execution: _execution, ...result }) => {
    return { ...result, creationTime, updateTime: null, isComplete: true };
  });
}

function decodeScript(run: RunShape, encoding: Encoding, isWanted: boolean): Pick<Command, "content" | "isGuess"> {
  const { commandContent } = run;
  if (commandContent === null) return { content: null };
  const content = encoding.decode("content", commandContent, isWanted);
  return content !== undefined && encoding.isGuessing("content") ? { content, isGuess: true } : { content };
}

function toContent(run: RunShape, reading: Reading): Uint8Array | null {
  const { commandContent } = run;
  return commandContent === null ? null : decodeBase64Field("CommandContent", commandContent, reading);
}
