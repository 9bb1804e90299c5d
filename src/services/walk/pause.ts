import { InputError, type Operation } from "#domain";

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

/** @throws the reason of the operation's signal if its client has gone, and not if its time is merely over */
export function throwIfGone({ signal }: Pick<Operation, "signal">): void {
  const isLate = signal.reason instanceof InputError && signal.reason.code === "DEADLINE_EXCEEDED";
  if (!isLate) signal.throwIfAborted();
}
