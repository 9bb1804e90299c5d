import type { Operation } from "#domain";
import { pauseOf } from "./walk/index.ts";

const asking = new WeakSet<Operation>();

/**
 * The same question in a turn of its own, unless it is the first one of its operation: one may ask a hundred, which would all go through their
 * first part in one round of the event loop.
 */
export function inOwnTurn<Parameters extends readonly unknown[], Answer>(
  ask: (...given: [...Parameters, Operation]) => Promise<Answer>,
): (...given: [...Parameters, Operation]) => Promise<Answer> {
  return async (...given) => {
    const operation = given.at(-1) as Operation;
    if (asking.has(operation)) await pauseOf(operation)?.();
    asking.add(operation);
    return ask(...given);
  };
}
