import { type Operation, wakeInSlices } from "#domain";
import { UNITS_A_TURN } from "#services";

/** A part of an operation that waits until so much work belongs to a turn. */
interface Waiter {
  readonly units: number;
  readonly goOn: () => void;
  readonly fail: (reason: unknown) => void;
}

interface Turns {
  /** Worked since the operation last had a turn. */
  units: number;
  /** Parts that wait, in the order in which they came: each is woken once, however many they are. */
  waiting: Waiter[];
  /** Resolves when none waits; null if none does. */
  served: Promise<void> | null;
}

/**
 * So many parts are told that the operation has ended. Of more, none is: to fail a field takes as long as to answer it, and an answer of so many
 * nulls would come too late. What awaits them is let go of.
 */
const MOST_FAILED = 200;

const turnsOf = new WeakMap<Operation, Turns>();

function turnsFor(operation: Operation): Turns {
  const turns = turnsOf.get(operation) ?? { units: 0, waiting: [], served: null };
  turnsOf.set(operation, turns);
  return turns;
}

/** Counts work that is done at once, whether or not it still belongs to this turn. */
export function countWork(operation: Operation, units: number): void {
  turnsFor(operation).units += units;
}

/** True, and counted, if so much more work belongs to this turn; the first part of a turn always does. */
export function fitsTurn(operation: Operation, units: number): boolean {
  return fits(turnsFor(operation), units);
}

function fits(turns: Turns, units: number): boolean {
  if (turns.units > 0 && turns.units + units > UNITS_A_TURN) return false;
  turns.units += units;
  return true;
}

/**
 * Waits until so much work belongs to a turn of the operation. Parts that wait together share the turn as far as it goes, in their order.
 * @throws the reason of the operation's signal once it has ended; does not come back if hundreds wait then
 */
export function takeTurn(operation: Operation, units: number): Promise<void> {
  const turns = turnsFor(operation);
  return new Promise((goOn, fail) => {
    turns.waiting.push({ units, goOn, fail });
    turns.served ??= serve(operation, turns);
  });
}

/**
 * Resolves when no part of the operation waits for a turn any more: what these parts ask for then goes with what was asked for. Null
 * if none waits.
 */
export function untilNoneWaits(operation: Operation): Promise<void> | null {
  const turns = turnsFor(operation);
  return turns.served === null ? null : untilAllWent(turns);
}

async function untilAllWent(turns: Turns): Promise<void> {
  while (turns.served !== null) {
    await turns.served;
    // Those that have waited go on first, and may wait again.
    await new Promise<void>((resolve) => process.nextTick(resolve));
  }
}

async function serve(operation: Operation, turns: Turns): Promise<void> {
  while (turns.waiting.length > 0) {
    await waitForTurn(operation);
    turns.units = 0;
    if (operation.signal.aborted) dismiss(turns, operation.signal.reason);
    let count = 0;
    for (const { units, goOn } of turns.waiting) {
      if (!fits(turns, units)) break;
      goOn();
      count += 1;
    }
    turns.waiting.splice(0, count);
  }
  // At once: who comes now is served anew.
  turns.served = null;
}

function dismiss(turns: Turns, reason: unknown): void {
  const waiting = turns.waiting.splice(0);
  if (waiting.length <= MOST_FAILED) for (const { fail } of waiting) wakeInSlices(() => fail(reason));
}

function waitForTurn({ signal, turn }: Operation): Promise<void> {
  const end = new AbortController();
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true, signal: end.signal });
  });
  return Promise.race([turn?.() ?? Promise.resolve(), ended]).finally(() => end.abort(null));
}
