import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = "query ($first: Int) { invocations(first: $first) { nodes { invokeId status } } }";

describe("the same question again", () => {
  it("costs nothing and is answered alike, as long as nothing is read anew", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(60, "t-h")) }, { FRESHNESS_MS: "60000" });
    const first = await rig.ask(PAGE, { first: 5 });
    const calls = rig.far.calls.length;
    const again = await Promise.all([rig.ask(PAGE, { first: 5 }), rig.ask(PAGE, { first: 5 })]);
    expect([again, rig.far.calls.length]).toEqual([
      Array(2).fill({ ...first, extensions: { cost: { calls: 0, cached: 0, budget: 200 } } }),
      calls,
    ]);
  });

  it("is another question with other variables", async () => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(60, "t-h")) }, { FRESHNESS_MS: "60000" });
    const counts: number[] = [];
    for (const first of [5, 6, 5, 7, 6]) counts.push((await rig.ask(PAGE, { first })).data.invocations.nodes.length);
    expect(counts).toEqual([5, 6, 5, 7, 6]);
  });

  it("shows what another question has learned meanwhile", async () => {
    const place = createPlace([
      { ...manyRuns(1, "t-h")[0], invokeId: "t-h1", at: Date.UTC(2026, 0, 2), executions: [] },
    ]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "60000" });
    const ids = async () =>
      (await rig.ask(PAGE, { first: 5 })).data.invocations.nodes.map((run: { invokeId: string }) => run.invokeId);
    expect([await ids(), await ids()]).toEqual([["t-h1"], ["t-h1"]]);
    place.runs.push({ invokeId: "t-h0", at: Date.UTC(2026, 0, 1), executions: [{ instanceId: "i-1" }] });
    await rig.ask(`{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-h0") { status } }`);
    expect(await ids()).toEqual(["t-h1", "t-h0"]);
  });
});
