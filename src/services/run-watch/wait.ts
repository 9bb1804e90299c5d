import { type Clock, InputError } from "#domain";
import type { Services } from "../contract/index.ts";

/**
 * Waits by watching, so that whatever number of clients waits for a run costs as one.
 * @param restMs what is left to the operation, at most, once the time of the wait is up
 */
export function createWait(
  watch: Services["watchInvocation"],
  clock: Clock,
  restMs: number,
): Services["waitUntilFinal"] {
  return async (ref, waitMs, operation) => {
    const release = operation.hold?.(waitMs);
    const over = new AbortController();
    const states = watch(ref, { output: false, content: false, details: false }, operation);
    let isTimeUp = false;
    const leave = async (): Promise<void> => {
      await clock.sleep(waitMs, over.signal);
      isTimeUp = !over.signal.aborted;
      await states.return?.();
    };
    const left = leave();
    try {
      for await (const _state of states);
    } catch (error) {
      // A run that is none is what the question after the wait answers.
      if (!(error instanceof InputError && error.code === "NOT_FOUND")) throw error;
    } finally {
      over.abort();
      await left;
      release?.(isTimeUp ? restMs : undefined);
    }
  };
}
