import { describe, expect, it } from "@jest/globals";
import { type Reply, type Rig, startRig } from "./rig.ts";

const LIST = "{ invocations { nodes { invokeId } } }";
const OUTPUT = "{ invocations { nodes { instanceInvocations { nodes { result { output { text } } } } } } }";

const costOf = ({ body }: Reply) => (body as { extensions: { cost: { calls: number } } }).extensions.cost;
const budget = 200;

describe("what an operation cost, as its answer tells", () => {
  it("is one call a source, and nothing where the same is being asked at that moment", async () => {
    const rig = await startRig({ faults: [{ fault: { kind: "latency", ms: 100 } }] });
    const costs = (await Promise.all([rig.ask(LIST), rig.ask(LIST)])).map(costOf);
    expect(costs.sort((a, b) => b.calls - a.calls)).toEqual([
      { calls: 2, cached: 0, budget },
      { calls: 0, cached: 2, budget },
    ]);
    expect([...rig.takeCalls()].sort()).toEqual(["ecs DescribeInvocations", "swas DescribeCommandInvocations"]);
  });

  it("counts every attempt, not only the first of a call", async () => {
    const rig = await startRig({
      faults: [{ product: "ecs", times: 2, fault: { kind: "error", code: "ServiceUnavailable" } }],
    });
    expect(costOf(await rig.ask(LIST))).toEqual({ calls: 4, cached: 0, budget });
    expect(rig.takeCalls()).toHaveLength(4);
  });

  it("is one call for the list and one for the outputs of each run", async () => {
    const rig = await startRig({ settings: { SWAS_REGIONS: "" } });
    expect(costOf(await rig.ask(OUTPUT))).toEqual({ calls: 3, cached: 0, budget });
    const results = "ecs DescribeInvocationResults";
    expect(rig.takeCalls()).toEqual(["ecs DescribeInvocations", results, results]);
  });

  it("is told with a page that is null too", async () => {
    const rig = await startRig({
      faults: [{ fault: { kind: "error", code: "Forbidden.RAM" } }],
      settings: { SWAS_REGIONS: "" },
    });
    expect((await rig.ask(LIST)).body).toMatchObject({
      data: { invocations: null },
      extensions: { cost: { calls: 1, cached: 0, budget } },
    });
  });
});

describe("an operation beyond its budget", () => {
  const refused = { extensions: { code: "COST_LIMIT_EXCEEDED" } };
  /** Two runs of two instances each, so that only a call for each run can tell their outputs. */
  const start = (calls: number): Promise<Rig> =>
    startRig({ hasWideRuns: true, settings: { SWAS_REGIONS: "", OPERATION_CALL_BUDGET: String(calls) } });

  it("is not begun in the part of which it is known beforehand that it is too much", async () => {
    const rig = await start(2);
    const { body } = await rig.ask(OUTPUT);
    const result = { result: { output: null } };
    expect(body).toMatchObject({
      data: { invocations: { nodes: [1, 2].map(() => ({ instanceInvocations: { nodes: [result, result] } })) } },
      errors: [1, 2, 3, 4].map(() => ({
        ...refused,
        message:
          "The operation needs at least 3 upstream calls, more than the 2 that one operation may make: ask for fewer runs or instances, or leave out output.",
      })),
      extensions: { cost: { calls: 1, cached: 0, budget: 2 } },
    });
    expect(rig.takeCalls()).toEqual(["ecs DescribeInvocations"]);
  });

  it("is carried out where the budget just suffices", async () => {
    const rig = await start(3);
    const { body } = await rig.ask(OUTPUT);
    expect(body).toMatchObject({ extensions: { cost: { calls: 3, budget: 3 } } });
    expect(body).not.toHaveProperty("errors");
  });

  it("ends where attempts that fail have used it up", async () => {
    const rig = await startRig({
      faults: [{ fault: { kind: "error", code: "ServiceUnavailable" } }],
      settings: { SWAS_REGIONS: "", OPERATION_CALL_BUDGET: "2" },
    });
    const { body } = await rig.ask(LIST);
    expect(body).toMatchObject({ data: { invocations: null }, extensions: { cost: { calls: 2, budget: 2 } } });
    expect(rig.takeCalls()).toHaveLength(2);
  });
});
