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
  await operation.turn?.();
  operation.signal.throwIfAborted();
  work.units = waiting;
  for (let part = parts.next(); ; part = parts.next()) {
    if (part.done === true) return part.value;
    if (fits(work, part.value)) continue;
    await operation.turn?.();
    operation.signal.throwIfAborted();
    work.units = part.value;
  }
}

function fits(work: Work, units: number): boolean {
  if (work.units > 0 && work.units + units > UNITS_A_TURN) return false;
  work.units += units;
  return true;
}
