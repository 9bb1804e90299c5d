import type { Operation } from "#domain";
import { UNITS_A_TURN } from "#services";

interface Turns {
  /** Worked since the operation last had a turn. */
  units: number;
  /** The next turn, for all parts of the operation that wait for it. */
  next: Promise<void> | null;
}

const turnsOf = new WeakMap<Operation, Turns>();

function turnsFor(operation: Operation): Turns {
  const turns = turnsOf.get(operation) ?? { units: 0, next: null };
  turnsOf.set(operation, turns);
  return turns;
}

/** Counts work that is done at once, whether or not it still belongs to this turn. */
export function countWork(operation: Operation, units: number): void {
  turnsFor(operation).units += units;
}

/** True, and counted, if so much more work belongs to this turn; the first part of a turn always does. */
export function fitsTurn(operation: Operation, units: number): boolean {
  const turns = turnsFor(operation);
  if (turns.units > 0 && turns.units + units > UNITS_A_TURN) return false;
  turns.units += units;
  return true;
}

/**
 * Waits until so much work belongs to a turn of the operation. Parts that wait together share the turn as far as it goes.
 * @throws the reason of the operation's signal once it has ended
 */
export async function takeTurn(operation: Operation, units: number): Promise<void> {
  const turns = turnsFor(operation);
  do {
    turns.next ??= waitForTurn(operation).then(() => {
      turns.next = null;
      turns.units = 0;
    });
    await turns.next;
    operation.signal.throwIfAborted();
  } while (!fitsTurn(operation, units));
}

/**
 * Resolves when no part of the operation waits for a turn any more: what these parts ask for then goes with what was asked for. Null
 * if none waits.
 */
export function untilNoneWaits(operation: Operation): Promise<void> | null {
  const turns = turnsFor(operation);
  return turns.next === null ? null : untilAllWent(turns);
}

async function untilAllWent(turns: Turns): Promise<void> {
  while (turns.next !== null) {
    await turns.next;
    // Those that have waited go on first, and may wait again.
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }
}

function waitForTurn({ signal, turn }: Operation): Promise<void> {
  const end = new AbortController();
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true, signal: end.signal });
  });
  return Promise.race([turn?.() ?? Promise.resolve(), ended]).finally(() => end.abort(null));
}
