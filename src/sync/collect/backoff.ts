import { type Clock, type Operation, UpstreamError } from "#domain";
import type { CollectFailure } from "./collect-shapes.ts";
import type { Step } from "./ground.ts";

/** A step that rests after it failed, and never rejects. */
export interface RestingStep extends Step {
  /** Why it failed when it was run last; null if it did not. */
  failure(): CollectFailure | null;
  failuresInRow(): number;
}

/** The first pause after a failure, doubled up to the longest one; what the upstream says counts if it is longer, up to the same. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 600_000;
/** Pause after a call that may not be made yet, if nobody says how long. */
const PACED_MS = 1_000;

/** @param noticeFault is told of what is no fault of the upstream, such as a database that does not answer */
export function withBackoff(step: Step, clock: Clock, noticeFault: (error: unknown) => void): RestingStep {
  let notBefore = Number.NEGATIVE_INFINITY;
  let failuresInRow = 0;
  let failure: CollectFailure | null = null;

  function note(error: unknown): void {
    const told = error instanceof UpstreamError ? (error.retryAfterMs ?? 0) : 0;
    const retryAfterMs = Math.min(told, LONGEST_PAUSE_MS);
    if (error instanceof UpstreamError && error.isPaced) {
      notBefore = clock.elapsed() + Math.max(PACED_MS, retryAfterMs);
      return;
    }
    failuresInRow += 1;
    failure = error instanceof UpstreamError ? error : { code: "UNKNOWN", message: "what was read could not be kept" };
    if (!(error instanceof UpstreamError) && failuresInRow === 1) noticeFault(error);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failuresInRow - 1));
    notBefore = clock.elapsed() + Math.max(pauseMs, retryAfterMs);
  }

  return {
    failure: () => failure,
    failuresInRow: () => failuresInRow,
    async dueMs() {
      const leftMs = notBefore - clock.elapsed();
      if (leftMs > 0) return leftMs;
      try {
        return await step.dueMs();
      } catch (error) {
        note(error);
        return notBefore - clock.elapsed();
      }
    },
    async run(operation: Operation) {
      try {
        await step.run(operation);
        failuresInRow = 0;
        failure = null;
      } catch (error) {
        if (!operation.signal.aborted) note(error);
      }
    },
  };
}
