import {
  type Invocation,
  type InvocationResult,
  isFinalInstanceStatus,
  isFinalInvocationStatus,
  type Output,
} from "#domain";

/** How long what is final is kept, at most: an hour, so that what the vendor deleted does not live on for ever. */
export const FINAL_KEEP_MS = 3_600_000;
/** How long what still moves is kept. */
export const MOVING_KEEP_MS = 2_000;
/** How long a window of a list is kept. */
export const WINDOW_KEEP_MS = 2_000;
/** How long it is remembered that something does not exist. */
export const ABSENT_KEEP_MS = 500;
/** How long servers are kept: their names and addresses change seldom. */
export const INSTANCE_KEEP_MS = 10_000;
/** The vendor's words for what is carried out more than once (its document DescribeInvocations, RepeatMode). */
const REPEAT_MODES: ReadonlySet<string> = new Set(["Period", "EveryReboot"]);

/** True when the run and everything that it did will never change again. */
export function isFinalRun(run: Invocation): boolean {
  return isFinalInvocationStatus(run.status) && run.instances.every((one) => isFinalInstanceStatus(one.status));
}

/** How long a run is kept. */
export function runKeepMs(run: Invocation): number {
  const isCertain = run.command.isGuess !== true && !run.instances.some(isGuessed);
  return isFinalRun(run) && isCertain ? FINAL_KEEP_MS : MOVING_KEEP_MS;
}

/** True for a run that is carried out again until somebody stops it: its latest result is replaced by the next one. */
export function isRepeated(run: Invocation): boolean {
  return run.timed !== false && REPEAT_MODES.has(run.repeatMode ?? "") && !isFinalInvocationStatus(run.status);
}

/** How long a result is kept. `run` is the run that it belongs to, where that is at hand: the first of many looks like an only one. */
export function resultKeepMs(result: InvocationResult, run: Invocation | null = null): number {
  const isSettled = result.execution !== null || ((result.repeats ?? 0) <= 1 && (run === null || !isRepeated(run)));
  return isFinalInstanceStatus(result.status) && isSettled && !isGuessed(result) ? FINAL_KEEP_MS : MOVING_KEEP_MS;
}

// An output or a script that was decoded by guessing would otherwise stay wrong long after its encoding is known.
function isGuessed({ output }: { readonly output: Output | null | undefined }): boolean {
  return output?.isGuess === true;
}

/** Bytes a run takes in memory, by estimate. */
export function runBytes(run: Invocation): number {
  const outputs = run.instances.reduce((sum, one) => sum + 600 + outputBytes(one.output), 0);
  return 1_500 + (run.command.content?.byteLength ?? 0) + outputs;
}

/** Bytes a result takes in memory, by estimate. */
export function resultBytes(result: InvocationResult): number {
  return 700 + outputBytes(result.output);
}

// Whoever reads an output keeps its text beside the record.
function outputBytes(output: Output | null | undefined): number {
  return 2 * (output?.bytes.byteLength ?? 0);
}
