import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `query ($filter: InvocationResultFilter!, $after: String) { page: invocationResults(filter: $filter, first: 50, after: $after) {
  totalCount nodes { instanceId } pageInfo { hasNextPage endCursor } } }`;
const HERE = { provider: "ECS", regionId: "cn-hangzhou" };

/** The total on each page of a walk, and how many rows the walk had. */
async function walkTotals(filter: object) {
  const totals: (number | null)[] = [];
  let rows = 0;
  for (let after: string | null = null; ; ) {
    const { data, errors }: Awaited<ReturnType<Rig["ask"]>> = await rig.ask(PAGE, {
      filter: { ...HERE, ...filter },
      after,
    });
    expect(errors).toBeUndefined();
    totals.push(data.page.totalCount);
    rows += data.page.nodes.length;
    if (!data.page.pageInfo.hasNextPage) return { totals, rows };
    after = data.page.pageInfo.endCursor;
  }
}

describe("the total of results", () => {
  it.each([
    ["tokens", true, [null, 120, 120]],
    ["pages", false, [120, 120, 120]],
  ] as const)("is exact once the list is known to its end: %s", async (_name, tokens, told) => {
    const executions = [{ instanceId: "i-1" }, { instanceId: "i-2" }];
    rig = await startRig({
      "ECS/cn-hangzhou": createPlace(
        manyRuns(120, "t-h").map((run) => ({ ...run, executions })),
        { tokens },
      ),
    });
    const ofInstance = await walkTotals({ instanceId: "i-1" });
    const failed = await walkTotals({ instanceId: "i-1", statusIn: ["FAILED"] });
    const calls = rig.far.calls.length;
    expect([ofInstance, failed, await walkTotals({ instanceId: "i-1" })]).toEqual([
      { totals: told, rows: 120 },
      // No page is empty while more could follow.
      { totals: [0], rows: 0 },
      { totals: [120, 120, 120], rows: 120 },
    ]);
    expect(rig.far.calls.length - calls).toBeLessThanOrEqual(1);
  });

  it.each([
    ["tokens", true],
    ["pages", false],
  ])("is 0 for what nobody knows, whatever it is: %s", async (_name, tokens) => {
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(3, "t-h"), { tokens }) });
    const none = { totals: [0], rows: 0 };
    expect([
      await walkTotals({ invokeId: "t-nope" }),
      await walkTotals({ instanceId: "i-nope" }),
      await walkTotals({ commandId: "c-nope" }),
      await walkTotals({ invokeId: "t-nope", instanceId: "i-1" }),
    ]).toEqual([none, none, none, none]);
  });
});
