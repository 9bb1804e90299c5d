import type { View } from "#access";
import { type Clock, createGoneError, type InvocationRef } from "#domain";
import type { Services } from "../contract.ts";
import { APPEAR_MS } from "../watch-poller.ts";
import { maskWants, maySeeRun } from "./sight.ts";

type Watch = Services["watchInvocation"];

/**
 * Watches as a view may. Pollers are shared, so each state is looked at again for each watcher; what the view does not give wakes
 * nobody. A run that is not the caller's ends as one that never appears, after as long a wait.
 */
export function limitWatch(watch: Watch, view: View, clock: Clock): Watch {
  return (ref, wants, operation) => {
    const left = new AbortController();
    const states = view.maySee(ref.source) ? watch(ref, maskWants(view, ref.source, wants), operation) : null;
    return {
      async next() {
        const state = await states?.next();
        if (state !== undefined && (state.done === true || maySeeRun(view, state.value))) return state;
        await states?.return?.();
        return endAsAbsent(ref, AbortSignal.any([operation.signal, left.signal]), clock);
      },
      async return() {
        left.abort();
        await states?.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
}

async function endAsAbsent(ref: InvocationRef, signal: AbortSignal, clock: Clock) {
  await clock.sleep(APPEAR_MS, signal);
  if (!signal.aborted) throw createGoneError(ref);
  return { done: true, value: undefined } as const;
}
