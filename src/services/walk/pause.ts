import type { Operation } from "#domain";

/** The turn between the parts of what an operation looks through; undefined if nobody else waits. It rejects once the operation has ended. */
export function pauseOf({ signal, turn }: Operation): (() => Promise<void>) | undefined {
  if (turn === undefined) return undefined;
  return async () => {
    await turn();
    signal.throwIfAborted();
  };
}
