import type { View } from "#access";
import {
  type Clock,
  createGoneError,
  type Invocation,
  type InvocationRef,
  type Operation,
  type Projection,
} from "#domain";
import { maskProjection, maySeeRun } from "./sight.ts";

type Watch<W extends Projection> = (
  ref: InvocationRef,
  projection: W,
  operation: Operation,
) => AsyncIterableIterator<Invocation>;

/**
 * Watches as a view may. Pollers are shared, so each state is looked at again for each watcher; what the view does not give wakes
 * nobody. A run that is not the caller's ends as one that never appears, after as long a wait: `appearMs`.
 */
export function limitWatch<W extends Projection>(
  watch: Watch<W>,
  view: View,
  appearMs: number,
  clock: Clock,
): Watch<W> {
  return (ref, projection, operation) => {
    const left = new AbortController();
    const states = view.maySee(ref.source) ? watch(ref, maskProjection(view, ref.source, projection), operation) : null;
    return {
      async next() {
        const state = await states?.next();
        if (state !== undefined && (state.done === true || maySeeRun(view, state.value))) return state;
        await states?.return?.();
        return endAsAbsent(ref, AbortSignal.any([operation.signal, left.signal]), appearMs, clock);
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

async function endAsAbsent(ref: InvocationRef, signal: AbortSignal, appearMs: number, clock: Clock) {
  await clock.sleep(appearMs, signal);
  if (!signal.aborted) throw createGoneError(ref);
  return { done: true, value: undefined } as const;
}
