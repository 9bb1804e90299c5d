import { describe, expect, it } from "@jest/globals";
import { createHistories } from "../../src/sync/readers/histories.ts";
import { anInvocation, aResult, ecs } from "../graph/records.ts";
import { createFakeClock } from "../support/clock.ts";

const PLAIN = { output: false, content: false };
const query = { invokeId: "t-1" };
const run = anInvocation({ invokeId: "t-1" });
const at = (repeats: number) =>
  aResult({ invokeId: "t-1", instanceId: "i-1", execution: `e-${repeats}`, repeats, status: "SUCCESS" });

describe("histories that were read", () => {
  it.each([
    ["all instances", { ...query }, { ...query, instanceIds: ["i-1"] }],
    ["one instance", { ...query, instanceIds: ["i-1"] }, { ...query }],
    ["the same", { ...query }, { ...query }],
  ])("lose nothing to a reading of %s that began earlier and ended later", (_name, earlier, later) => {
    const clock = createFakeClock();
    const histories = createHistories(clock, () => null);
    const now = clock.now();
    histories.put({ source: ecs, query: later, results: [at(3), at(2), at(1)], isWhole: true, readAt: now, run });
    histories.put({ source: ecs, query: earlier, results: [at(2), at(1)], isWhole: true, readAt: now - 1_000, run });
    const found = histories.findAll(ecs, later, PLAIN, 10_000);
    expect([found?.isWhole, found?.results.map(({ repeats }) => repeats).sort()]).toEqual([true, [1, 2, 3]]);
  });

  it("are not kept of ids that nobody knows", () => {
    const clock = createFakeClock();
    const histories = createHistories(clock, () => null);
    histories.put({ source: ecs, query, results: [], isWhole: true, readAt: clock.now(), run: null });
    expect(histories.findAll(ecs, query, PLAIN, 10_000)).toBeUndefined();
  });
});
