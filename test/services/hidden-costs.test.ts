import { describe, expect, it } from "@jest/globals";
import { createView } from "#access";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";

/** A caller who may see the runs of other commands only. */
const view = createView(
  new Map([
    [
      "few",
      {
        may: ["runs", "outputs", "commands"],
        sources: [{ account: "*", provider: null, regions: null }],
        commandNames: ["nothing-is-called-so"],
      },
    ],
  ]),
);

type Ask = "run" | "result";

/** Calls that each of three questions costs: at once, at once again, and when what moves is older than the freshness. */
async function costsOf(invokeId: string, ask: Ask, isKnown: boolean): Promise<readonly number[]> {
  const world = createFixedSource(0, 3);
  const { services, clock } = createGateway([world]);
  if (isKnown) await services.pageInvocations({ first: 3 }, {}, PLAIN, createOperation());
  const limited = services.forView(view);
  const costs: number[] = [];
  for (const pause of [0, 0, 2_000]) {
    await clock.advance(pause);
    world.calls.splice(0);
    const ref = { source: world.source, invokeId };
    const found =
      ask === "run"
        ? await limited.readInvocations([ref], PLAIN, createOperation())
        : await limited.readResults([{ ...ref, instanceId: "i-1", execution: null }], PLAIN, createOperation());
    expect(found).toEqual([null]);
    costs.push(world.calls.length);
  }
  return costs;
}

describe("a run that a caller may not see", () => {
  it.each(["run", "result"] as const)("costs as many calls as one that nobody knows, asked for by %s", async (ask) => {
    const [first] = createFixedSource(0, 3).runs;
    const hidden = first?.invokeId ?? "";
    const unknown = await costsOf("t-unknown", ask, true);
    expect([await costsOf(hidden, ask, true), await costsOf(hidden, ask, false)]).toEqual([unknown, unknown]);
    expect(unknown).toEqual([1, 0, 1]);
  });
});
