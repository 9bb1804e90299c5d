import {
  type Execution,
  type InstanceInvocation,
  type Invocation,
  type InvocationResult,
  isEndOwed,
  isFinalInstanceStatus,
  isFinalRun,
  isRepeated,
  lacksOthers,
  type Projection,
} from "#domain";

/** True when the run is over and nothing of it was guessed, though an end of it may still be owed. */
export function isOverRun(run: Invocation): boolean {
  return isFinalRun(run) && run.command.isGuess !== true;
}

/** True when nothing of the run can change any more, and it is known whole. @param now epoch milliseconds */
export function isSettledRun(run: Invocation, now: number): boolean {
  return (
    isOverRun(run) &&
    run.isEarly !== true &&
    run.mayBeElsewhere !== true &&
    !lacksOthers(run) &&
    !run.instances.some((one) => isEndOwed(one, run, now))
  );
}

/**
 * True when nothing of the execution can change any more; the latest one of a repeated run is replaced by the next.
 * @param now epoch milliseconds
 */
export function isSettledExecution(execution: Execution, run: Invocation | null, now: number): boolean {
  if (!isFinalInstanceStatus(execution.status) || isEndOwed(execution, run, now)) return false;
  return run === null ? (execution.repeats ?? 0) <= 1 : !isRepeated(run);
}

/** True if every costly part that is wanted of a run's record is there. @param isGuessGood as for {@link holdsOutput} */
export function holdsRun(run: Invocation, projection: Projection, isGuessGood: boolean): boolean {
  const { content, isGuess } = run.command;
  return (
    (!projection.content || (content !== undefined && (isGuessGood || isGuess !== true))) &&
    (!projection.output || run.instances.every((one) => holdsOutput(one, isGuessGood)))
  );
}

/**
 * True if the output is known, here or kept.
 * @param isGuessGood whether one whose encoding was guessed will do, since the upstream cannot tell better now
 */
export function holdsOutput(
  { output, keptOutput }: Pick<InstanceInvocation, "output" | "keptOutput">,
  isGuessGood: boolean,
): boolean {
  const known = output === undefined ? keptOutput : output;
  return known !== undefined && (isGuessGood || known?.isGuess !== true);
}

/** What a result takes beside its output, roughly. */
const RESULT_BYTES = 1_000;

/** How much memory results take, roughly. */
export function bytesOf(results: readonly InvocationResult[]): number {
  return results.reduce((sum, { output }) => sum + RESULT_BYTES + (output?.bytes.length ?? 0), 0);
}

/** How old something is allowed to be, and the time. */
export interface Age {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly maxMs: number;
}

/** True if it was read a short while ago; a clock that was set back makes everything old. */
export function isFresh(readAt: number | null | undefined, { now, maxMs }: Age): boolean {
  return readAt !== null && readAt !== undefined && readAt <= now && now - readAt < maxMs;
}
