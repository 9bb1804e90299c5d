import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN, walkAll } from "./support/gateway.ts";

describe("a list that is longer than memory", () => {
  it.each([
    ["pages, forwards", "page", 1],
    ["pages, backwards", "page", -1],
    ["tokens, forwards", "token", 1],
    ["tokens, backwards", "token", -1],
  ] as const)("is walked exactly, in %s", async (_name, mode, direction) => {
    const world = createFixedSource(0, 3_000);
    world.mode = () => mode;
    const gateway = createGateway([world], { bytesMax: 2_500_000 });
    const { pages } = await walkAll(gateway, { size: 50, direction, pauseMs: 0 });
    const expected = world.runs.map(({ invokeId }) => `ECS cn-region-10 ${invokeId}`);
    expect(pages.flat()).toEqual(direction > 0 ? expected : expected.reverse());
  });

  it("says how far back it is known, and gives its last page first", async () => {
    const world = createFixedSource(0, 700);
    const gateway = createGateway([world]);
    const page = await gateway.services.pageInvocations({ last: 3 }, {}, PLAIN, createOperation());
    expect(page.edges.map(({ node }) => node.invokeId)).toEqual(["t-0-0697", "t-0-0698", "t-0-0699"]);
    const [state] = await gateway.services.sources();
    expect(state?.oldestTime).toBe(Date.parse(world.runs.at(-1)?.creationTime ?? ""));
  });
});
