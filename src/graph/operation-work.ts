import type { Operation } from "#domain";
import { type Parts, UNITS_A_TURN } from "#services";

interface Work {
  /** Units since the operation last had a turn. */
  units: number;
  readonly done: WeakMap<object, Map<string, unknown>>;
}

const works = new WeakMap<Operation, Work>();

function workOf(operation: Operation): Work {
  const work = works.get(operation) ?? { units: 0, done: new WeakMap() };
  works.set(operation, work);
  return work;
}

/** Makes the same thing of the same owner once an operation, however often it is selected. */
export function oncePerOperation<Made>(operation: Operation, owner: object, key: string, make: () => Made): Made {
  const { done } = workOf(operation);
  const ofOwner = done.get(owner) ?? new Map<string, unknown>();
  done.set(owner, ofOwner);
  if (!ofOwner.has(key)) ofOwner.set(key, make());
  return ofOwner.get(key) as Made;
}

/**
 * Does the parts, at once as long as the operation has worked for less than a turn, and waits for its turns from then on.
 * @throws what a part throws; the reason of the operation's signal once it has ended
 */
export function workInParts<Result>(operation: Operation, parts: Parts<Result>): Result | Promise<Result> {
  const work = workOf(operation);
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done === true) return part.value;
    if (!fits(work, part.value)) return workInTurns(operation, parts, work, part.value);
  }
}

async function workInTurns<Result>(
  operation: Operation,
  parts: Parts<Result>,
  work: Work,
  waiting: number,
): Promise<Result> {
  await takeTurn(operation, work, waiting);
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done === true) return part.value;
    if (!fits(work, part.value)) await takeTurn(operation, work, part.value);
  }
}

// To answer so many values takes some milliseconds, and four times as long where the document was not compiled.
const VALUES_A_TURN = 4_000;
const UNITS_A_VALUE = UNITS_A_TURN / VALUES_A_TURN;
// Waiting costs a round of the event loop, so small parts are counted and go on.
const LEAST_VALUES = 20;

/**
 * Gives executors what they work on next: at once as long as the operation has worked for less than a turn, in its turns from then
 * on. For executors do not stop while they have what they need.
 * @param values how many leaf values they make of it, or work as much for
 * @throws the reason of the operation's signal once it has ended
 */
export function giveInTurns<Given>(operation: Operation, values: number, given: Given): Given | Promise<Given> {
  const work = workOf(operation);
  const units = values * UNITS_A_VALUE;
  if (fits(work, units) || values < LEAST_VALUES) return given;
  return takeTurn(operation, work, units).then(() => given);
}

async function takeTurn(operation: Operation, work: Work, units: number): Promise<void> {
  await operation.turn?.();
  operation.signal.throwIfAborted();
  work.units = units;
}

function fits(work: Work, units: number): boolean {
  if (work.units > 0 && work.units + units > UNITS_A_TURN) return false;
  work.units += units;
  return true;
}
