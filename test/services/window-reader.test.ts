import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";

describe("a list that gives smaller pages than were asked for", () => {
  it("is asked for no larger ones for ten minutes, and then for whole ones again", async () => {
    const world = createFixedSource(0, 200);
    world.pageSizeMax = 10;
    const { services, clock } = createGateway([world]);
    const asked = async (ms: number): Promise<readonly string[]> => {
      await clock.advance(ms);
      world.calls.length = 0;
      await services.pageInvocations({ first: 5 }, {}, PLAIN, createOperation());
      return world.calls;
    };
    expect(await asked(0)).toEqual(["list 1/50"]);
    world.pageSizeMax = 50;
    expect(await asked(599_999)).toEqual(["list 1/10"]);
    expect(await asked(2_001)).toEqual(["list 1/50"]);
  });
});
