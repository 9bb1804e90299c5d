import { ClientGoneError, InputError, type Operation } from "#domain";
import type { Asker } from "#store";

/**
 * The turn between the parts of what an operation looks through; undefined if nobody else waits. It rejects once the client has gone.
 * At its deadline an operation shows what is known: then it waits for no more than a round.
 */
export function pauseOf({ signal, turn, pass }: Operation): (() => Promise<void>) | undefined {
  if (turn === undefined) return undefined;
  return async () => {
    await (signal.aborted ? pass?.() : turn());
    throwIfGone({ signal });
  };
}

/** The operation as one for whom a keeper reads. */
export function askerOf(operation: Operation): Asker {
  const { signal, meter } = operation;
  return { signal, meter, pause: pauseOf(operation) };
}

/** @throws the reason of the operation's signal if its client has gone, and not if its time is merely over */
export function throwIfGone({ signal }: Pick<Operation, "signal">): void {
  const { reason } = signal;
  const isLate = reason instanceof InputError && !(reason instanceof ClientGoneError);
  if (!isLate) signal.throwIfAborted();
}
