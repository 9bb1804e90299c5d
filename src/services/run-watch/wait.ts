import { type Clock, InputError, UpstreamError } from "#domain";
import type { RunStore } from "#store";
import type { Services } from "../contract/index.ts";

/**
 * Waits by watching, so that whatever number of clients waits for a run costs as one. If the source of a known run fails for
 * good, the rest of the time passes without a look: who asks again at once would not be slowed down by anything.
 * @param restMs what is left to the operation, at most, once the time of the wait is up
 */
export function createWait(
  watch: Services["watchInvocation"],
  store: Pick<RunStore, "readRuns">,
  clock: Clock,
  restMs: number,
): Services["waitUntilFinal"] {
  return async (ref, waitMs, operation) => {
    const release = operation.hold?.(waitMs);
    const over = new AbortController();
    const patience = AbortSignal.any([over.signal, operation.signal]);
    const projection = { output: false, content: false };
    const states = watch(ref, { ...projection, details: false }, operation);
    let isTimeUp = false;
    const leave = async (): Promise<void> => {
      await clock.sleep(waitMs, patience);
      isTimeUp = !patience.aborted;
      await states.return?.();
    };
    const left = leave();
    try {
      for await (const _state of states);
    } catch (error) {
      // What is known, and why no more is, is what the question after the wait answers. A list may have told of the run before.
      const isKnown = async (): Promise<boolean> => (await store.readRuns([ref], projection))[0] != null;
      if (error instanceof UpstreamError && (await isKnown())) await left;
      else if (!(error instanceof UpstreamError || (error instanceof InputError && error.code === "NOT_FOUND")))
        throw error;
    } finally {
      over.abort(null);
      await left;
      release?.(isTimeUp ? restMs : undefined);
    }
  };
}
