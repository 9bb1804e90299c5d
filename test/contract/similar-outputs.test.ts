import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

const said = (index: number): string =>
  [
    `2026-01-0${1 + (index % 9)} 12:00:${String(index % 60).padStart(2, "0")} start on name of i-${index}`,
    `pid ${1000 + index} at 10.0.0.${index}`,
    `commit ${(0xabc1230 + index).toString(16)}d0`,
    index % 50 === 7 ? `disk full: /dev/vda${index}` : "done in 1.25 s",
  ].join("\n");
const run: Run = {
  invokeId: "t-many",
  at: Date.UTC(2026, 0, 3),
  executions: Array.from({ length: 100 }, (_, index) => ({ instanceId: `i-${index}`, output: said(index) })),
};
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
});
afterAll(() => rig.stop());

const GROUPS = `query ($similar: Boolean) { run: invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-many") {
  outputGroups(first: 3, similar: $similar) { count instanceIds difference { addedLines missingLines isCut } } } }`;

describe("similar outputs", () => {
  it("fall together, and the others say how they differ", async () => {
    const { data } = await rig.ask(GROUPS, { similar: true });
    expect(data.run.outputGroups).toEqual([
      { count: 98, instanceIds: expect.any(Array), difference: null },
      {
        count: 2,
        instanceIds: ["i-57", "i-7"],
        difference: { addedLines: ["disk full: /dev/vda57"], missingLines: ["done in 1.25 s"], isCut: false },
      },
    ]);
  });

  it("are told apart unless somebody asks", async () => {
    const { data } = await rig.ask(GROUPS, {});
    expect(data.run.outputGroups.map(({ count }: { count: number }) => count)).toEqual([1, 1, 1]);
  });
});
