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

  it.each<readonly [string, Partial<Behaviour>]>([
    ["whose tokens all die", { mode: () => "token", isTokenDead: () => true }],
    ["whose tokens go round in a circle", { mode: () => "token", writeToken: () => '["9",0,"t"]#1' }],
  ])(
    "%s shows what is known, says that something is missing, and is asked a bounded number of times",
    async (_name, behaviour) => {
      const { world, gateway } = createScene(behaviour);
      const first = await gateway.services.pageInvocations({ first: 20 }, {}, PLAIN, createOperation());
      expect([first.edges.length, first.hasNextPage, first.sources[0]?.isComplete]).toEqual([20, true, true]);
      const second = await gateway.services.pageInvocations(
        { first: 100, after: first.endCursor() },
        {},
        PLAIN,
        createOperation(),
      );
      expect([second.edges.length, second.hasNextPage, second.sources[0]?.isComplete]).toEqual([29, true, false]);
      expect(world.calls.length).toBeLessThan(60);
    },
  );

  it("goes on if it changes its mode between two calls", async () => {
    for (const turn of [2, 3, 4]) {
      const { gateway } = createScene({ mode: (call) => (call < turn ? "page" : "token") });
      const { pages } = await walkAll(gateway, { size: 20, direction: 1, pauseMs: 0 });
      expect([pages.flat().length, new Set(pages.flat()).size]).toEqual([200, 200]);
    }
  });
});
