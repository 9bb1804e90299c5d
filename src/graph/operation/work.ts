import type { Operation } from "#domain";
import { countWork, createInOrder, fitsTurn, takeTurn } from "#loaders";
import { type Parts, UNITS_A_TURN } from "#services";

const made = new WeakMap<Operation, WeakMap<object, Map<string, unknown>>>();

/** Makes the same thing of the same owner once an operation, however often it is selected. */
export function oncePerOperation<Made>(operation: Operation, owner: object, key: string, make: () => Made): Made {
  const byOwner = made.get(operation) ?? new WeakMap<object, Map<string, unknown>>();
  made.set(operation, byOwner);
  const ofOwner = byOwner.get(owner) ?? new Map<string, unknown>();
  byOwner.set(owner, ofOwner);
  if (!ofOwner.has(key)) ofOwner.set(key, make());
  return ofOwner.get(key) as Made;
}

/** Makes one after the other, so that no more is in memory than one of them takes. */
export function inOrder<Made>(operation: Operation, make: () => Promise<Made>): Promise<Made> {
  return oncePerOperation(operation, inOrder, "line", createInOrder)(make);
}

/**
 * Does the parts, at once as long as the operation has worked for less than a turn, and waits for its turns from then on.
 * @throws what a part throws; the reason of the operation's signal once it has ended
 */
export function workInParts<Result>(operation: Operation, parts: Parts<Result>): Result | Promise<Result> {
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done === true) return part.value;
    if (!fitsTurn(operation, part.value)) return workInTurns(operation, parts, part.value);
  }
}

/** Does so much work as one part, as {@link workInParts} does. */
export function workInOne<Made>(operation: Operation, units: number, make: () => Made): Made | Promise<Made> {
  return workInParts(operation, inOnePart(units, make));
}

function* inOnePart<Made>(units: number, make: () => Made): Parts<Made> {
  yield units;
  return make();
}

async function workInTurns<Result>(operation: Operation, parts: Parts<Result>, waiting: number): Promise<Result> {
  await takeTurn(operation, waiting);
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done === true) return part.value;
    if (!fitsTurn(operation, part.value)) await takeTurn(operation, part.value);
  }
}

// To answer so many values takes some milliseconds, and four times as long if the document was not compiled.
const VALUES_A_TURN = 4_000;
const UNITS_A_VALUE = UNITS_A_TURN / VALUES_A_TURN;

/** The work of so many leaf values, in units of a turn. */
export function unitsOf(values: number): number {
  return values * UNITS_A_VALUE;
}

// Waiting costs a round of the event loop: small parts go on at once.
const LEAST_VALUES = 20;

/**
 * Hands to executors what they work on next: at once as long as the operation has worked for less than a turn, in its turns from then
 * on. For executors do not stop while they have what they need.
 * @param values how many leaf values they make of it, or work as much for
 * @throws the reason of the operation's signal once it has ended
 */
export function giveInTurns<Given>(operation: Operation, values: number, given: Given): Given | Promise<Given> {
  const units = unitsOf(values);
  if (fitsTurn(operation, units)) return given;
  if (values >= LEAST_VALUES) return takeTurn(operation, units).then(() => given);
  countWork(operation, units);
  return given;
}
