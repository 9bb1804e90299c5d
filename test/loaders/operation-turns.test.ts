import { describe, expect, it } from "@jest/globals";

import { InputError, type Operation } from "#domain";
import { fitsTurn, takeTurn } from "#loaders";
import { UNITS_A_TURN } from "#services";
import { createOperation } from "../support/operation.ts";

const PART = UNITS_A_TURN / 4;
const nextRound = () => new Promise((resolve) => setImmediate(resolve));

/** An operation that has worked for a turn, and gets each further one when the test says so. */
function createWorker() {
  const ended = new AbortController();
  let give = (): void => {};
  const turn = () =>
    new Promise<void>((resolve) => {
      give = resolve;
    });
  const operation: Operation = { ...createOperation(), signal: ended.signal, turn };
  fitsTurn(operation, UNITS_A_TURN);
  return { operation, ended, give: () => give() };
}

describe("parts of an operation that wait together", () => {
  it("go on in their order, as many in each turn as belong to it", async () => {
    const { operation, give } = createWorker();
    const gone: number[] = [];
    for (let part = 0; part < 10; part += 1) void takeTurn(operation, PART).then(() => gone.push(part));
    const after: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      give();
      await nextRound();
      after.push(gone.length);
    }
    expect([gone, after]).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [4, 8, 10],
    ]);
  });

  it.each([
    ["all hear of it", 200, 200],
    ["none of more hears of it, who would all be told in one round of the event loop", 201, 0],
  ])("hear of the operation's end, not in its turn: %s", async (_name, count, told) => {
    const { operation, ended } = createWorker();
    const reason = new InputError("DEADLINE_EXCEEDED", "over");
    const reasons: unknown[] = [];
    for (let part = 0; part < count; part += 1) {
      takeTurn(operation, PART).catch((error: unknown) => reasons.push(error));
    }
    ended.abort(reason);
    for (let round = 0; round < 200 && reasons.length < count; round += 1) await nextRound();
    expect(reasons).toEqual(Array(told).fill(reason));
  });
});
