import { describe, expect, it } from "@jest/globals";
import { InputError, type Operation } from "#domain";
import type { Answer } from "#services";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway } from "./support/gateway.ts";
import type { WorldSource } from "./support/world.ts";

const BARE = { output: false, content: false };

/** An operation that refuses calls beyond so many, also those that are announced. */
function createBudget(budget: number): Operation {
  const operation = createOperation();
  const expectCalls = (more: number): void => {
    if (operation.spent.length + more > budget) throw new InputError("COST_LIMIT_EXCEEDED", "Too many.");
  };
  const spend: Operation["meter"]["spend"] = (source, action) => {
    expectCalls(1);
    operation.meter.spend(source, action);
  };
  return { ...operation, meter: { ...operation.meter, expectCalls, spend } };
}

const refsOf = ({ runs }: WorldSource) => runs.map(({ source, invokeId }) => ({ source, invokeId }));

const told = (answers: readonly Answer<object>[]) =>
  answers.map((one) => (one instanceof InputError ? one.code : one !== null));

describe("more runs than an operation may read", () => {
  it("cost no call", async () => {
    const world = createFixedSource(0, 6);
    const answers = await createGateway([world]).services.readInvocations(refsOf(world), BARE, createBudget(5));
    expect([told(answers), world.calls]).toEqual([answers.map(() => "COST_LIMIT_EXCEEDED"), []]);
  });

  it("leave those alone that are at hand", async () => {
    const world = createFixedSource(0, 8);
    const { services } = createGateway([world]);
    const refs = refsOf(world);
    await services.readInvocations(refs.slice(0, 2), BARE, createOperation());
    const answers = await services.readInvocations(refs, BARE, createBudget(5));
    expect(told(answers)).toEqual([true, true, ...refs.slice(2).map(() => "COST_LIMIT_EXCEEDED")]);
    expect(world.calls).toHaveLength(2);
  });

  it("are fewer where some are asked for twice, or are on the way for others", async () => {
    const world = createFixedSource(0, 6);
    const { services, clock } = createGateway([world]);
    const refs = refsOf(world);
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    world.beforeCall = () => opened;
    const first = services.readInvocations(refs.slice(0, 1), BARE, createOperation());
    await clock.advance(0);
    const second = services.readInvocations([...refs, ...refs], BARE, createBudget(5));
    open();
    const [, answers] = await Promise.all([first, second]);
    expect([told(answers ?? []), world.calls.length]).toEqual([[...refs, ...refs].map(() => true), 6]);
  });
});
