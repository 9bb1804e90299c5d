import { describe, expect, it } from "@jest/globals";
import { InputError, type Operation } from "#domain";
import { createSingleFlight, endedError } from "../../src/sync/sources/single-flight.ts";
import { sourceAt } from "../services/support/fixed.ts";
import { createFailure } from "../services/support/records.ts";
import { createOperation } from "../support/operation.ts";

const SOURCE = sourceAt(0);

/** A call that ends when the test says so. */
function createGate<Value>(): { readonly opened: Promise<Value>; open(value: Value): void; fail(error: Error): void } {
  const handles: { open(value: Value): void; fail(error: Error): void } = { open: () => {}, fail: () => {} };
  const opened = new Promise<Value>((resolve, reject) => {
    handles.open = resolve;
    handles.fail = reject;
  });
  return { opened, open: (value) => handles.open(value), fail: (error) => handles.fail(error) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("identical reads", () => {
  it("share one call", async () => {
    const flights = createSingleFlight();
    const runs: Operation[] = [];
    const read = () =>
      flights.share("key", SOURCE, createOperation(), async (operation) => {
        runs.push(operation);
        return "answer";
      });
    expect(await Promise.all([read(), read(), read()])).toEqual(["answer", "answer", "answer"]);
    expect(runs).toHaveLength(1);
    await read();
    expect(runs).toHaveLength(2);
  });

  it("go on when each of those who wait may", async () => {
    const flights = createSingleFlight();
    const gate = createGate<string>();
    const passes = [createGate<void>(), createGate<void>()];
    const wentOn: number[] = [];
    const readings = passes.map(({ opened }, index) =>
      flights
        .share("key", SOURCE, { ...createOperation(), pass: () => opened }, () => gate.opened)
        .then(() => wentOn.push(index)),
    );
    gate.open("answer");
    await turn();
    expect(wentOn).toEqual([]);
    passes[1]?.open();
    await turn();
    expect(wentOn).toEqual([1]);
    passes[0]?.open();
    await Promise.all(readings);
  });

  it("go on for the others when the first one leaves, and end when all have left", async () => {
    const flights = createSingleFlight();
    const gate = createGate<string>();
    const signals: AbortSignal[] = [];
    const leavers = [new AbortController(), new AbortController()];
    const readings = leavers.map(({ signal }) =>
      flights
        .share("key", SOURCE, createOperation({ signal }), (operation) => {
          signals.push(operation.signal);
          return gate.opened;
        })
        .catch((error: unknown) => error),
    );
    await turn();
    leavers[0]?.abort();
    expect(await readings[0]).toEqual(endedError(SOURCE));
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    leavers[1]?.abort();
    expect(await readings[1]).toEqual(endedError(SOURCE));
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  });

  it("have the latest deadline of those who wait", async () => {
    const flights = createSingleFlight();
    const gate = createGate<number>();
    const read = (deadline: number) =>
      flights.share("key", SOURCE, createOperation({ deadline }), async (operation) => {
        await gate.opened;
        return operation.deadline;
      });
    const readings = [read(1_000), read(5_000), read(3_000)];
    await turn();
    gate.open(0);
    expect(await Promise.all(readings)).toEqual([5_000, 5_000, 5_000]);
  });

  it("are tried again for the others where only the first one could not pay", async () => {
    const flights = createSingleFlight();
    let calls = 0;
    const read = () =>
      flights.share("key", SOURCE, createOperation(), async () => {
        calls += 1;
        if (calls === 1) throw new InputError("COST_LIMIT_EXCEEDED", "The operation's budget is used up.");
        return "answer";
      });
    const readings = await Promise.all([read().catch((error: unknown) => error), read(), read()]);
    expect(readings).toEqual([
      new InputError("COST_LIMIT_EXCEEDED", "The operation's budget is used up."),
      "answer",
      "answer",
    ]);
    expect(calls).toBe(2);
  });

  it("all meet the upstream's error", async () => {
    const flights = createSingleFlight();
    const failure = createFailure(SOURCE, "THROTTLED");
    const read = () => flights.share("key", SOURCE, createOperation(), () => Promise.reject(failure));
    expect(await Promise.all([read(), read()].map((one) => one.catch((error: unknown) => error)))).toEqual([
      failure,
      failure,
    ]);
  });
});
