import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN, walkAll } from "./support/gateway.ts";
import type { Behaviour } from "./support/world.ts";

function createScene(behaviour: Partial<Behaviour>, count = 200) {
  const world = Object.assign(createFixedSource(0, count), behaviour);
  return { world, gateway: createGateway([world]) };
}

describe("a list that contradicts itself", () => {
  it.each<readonly [string, Partial<Behaviour>]>([
    ["says that it is longer by one", { tellTotal: (length) => length + 1 }],
    ["says that it is longer by thousands", { tellTotal: (length) => length + 5_000 }],
    ["says that it is shorter", { tellTotal: (length) => length - 60 }],
    ["says that it is empty", { tellTotal: () => 0 }],
    ["has tokens that die one in three times", { mode: () => "token", isTokenDead: (call) => call % 3 === 0 }],
    ["has short and empty answers", { mode: () => "token", tokenLength: (call) => (call % 3 === 0 ? 0 : 7) }],
  ])("and %s is shown whole, and in bounded calls", async (_name, behaviour) => {
    for (const direction of [1, -1] as const) {
      const { world, gateway } = createScene(behaviour);
      const { pages } = await walkAll(gateway, { size: 20, direction, pauseMs: 0 });
      expect([pages.flat().length, new Set(pages.flat()).size, world.calls.length < 120]).toEqual([200, 200, true]);
    }
  });

  it.each<readonly [string, Partial<Behaviour>, boolean]>([
    ["whose tokens all die", { mode: () => "token", isTokenDead: () => true }, true],
    ["whose tokens go round in a circle", { mode: () => "token", writeToken: () => '["9",0,"t"]#1' }, false],
  ])(
    "%s shows what was read, says that something is missing, and is asked a few times",
    async (_name, behaviour, more) => {
      const { world, gateway } = createScene(behaviour);
      const ask = (after: string | null, first: number) =>
        gateway.services.pageInvocations({ first, after }, {}, PLAIN, createOperation());
      const first = await ask(null, 20);
      expect([first.edges.length, first.hasNextPage, first.sources[0]?.isComplete]).toEqual([20, true, true]);
      const second = await ask(first.endCursor(), 100);
      expect([second.edges.length, second.hasNextPage, second.sources[0]?.isComplete]).toEqual([30, more, false]);
      expect(second.sources[0]?.error?.code).toBe("BAD_RESPONSE");
      const calls = world.calls.length;
      expect(calls).toBeLessThanOrEqual(26);
      const third = await ask(second.endCursor(), 100);
      expect([third.edges.length, third.hasNextPage, world.calls.length]).toEqual([0, more, calls]);
    },
  );

  it.each<readonly [string, Partial<Behaviour>, number]>([
    ["whose tokens all die", { isTokenDead: () => true }, 26],
    ["that answers now in pages, now in tokens", { mode: (call) => (call % 2 === 0 ? "page" : "token") }, 11],
  ])("%s is asked a few times for what came above a page", async (_name, behaviour, calls) => {
    const { world, gateway } = createScene({ mode: () => "token" }, 600);
    const all = world.runs;
    world.runs = all.slice(400);
    const ask = (args: object) =>
      gateway.services.pageInvocations({ first: 20, ...args }, {}, PLAIN, createOperation());
    const old = await ask({});
    world.runs = all;
    await gateway.clock.advance(60_000);
    await ask({});
    Object.assign(world, behaviour);
    const before = world.calls.length;
    const page = await ask({ first: undefined, last: 20, before: old.startCursor() });
    expect([page.edges.length, page.hasPreviousPage, page.sources[0]?.error?.code]).toEqual([0, true, "BAD_RESPONSE"]);
    expect(world.calls.length - before).toBe(calls);
  });

  it("goes on if it changes its mode between two calls", async () => {
    for (const turn of [2, 3, 4]) {
      const { gateway } = createScene({ mode: (call) => (call < turn ? "page" : "token") });
      const { pages } = await walkAll(gateway, { size: 20, direction: 1, pauseMs: 0 });
      expect([pages.flat().length, new Set(pages.flat()).size]).toEqual([200, 200]);
    }
  });
});
