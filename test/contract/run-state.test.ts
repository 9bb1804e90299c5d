import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Execution } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const at = Date.UTC(2026, 0, 2, 12);
const [A, B] = ["a", "b"].map((letter) => letter.repeat(32)) as [string, string];
const STATE = "status isFinal statusCounts { status count }";
const LIST = `query ($filter: InvocationFilter) { invocations(filter: $filter) { totalCount
  nodes { invokeId ${STATE} } sources { ok isComplete } } }`;
const IDS = "query ($filter: InvocationFilter) { invocations(filter: $filter) { totalCount nodes { invokeId } } }";

/** One run, each of whose executions is a server's. */
async function startByServers(executions: readonly Execution[]): Promise<void> {
  const place = createPlace([{ invokeId: "t-1", at, executions }]);
  rig = await startRig({ "SWAS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
  rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
}

describe("a run that is read server by server", () => {
  it.each([
    ["Success", "Running", "RUNNING", false],
    ["Running", "Success", "RUNNING", false],
    ["Success", "Failed", "PARTIAL_FAILED", true],
    ["Timeout", "Success", "PARTIAL_FAILED", true],
    ["Failed", "Timeout", "FAILED", true],
    ["Success", "Success", "SUCCESS", true],
  ] as const)("is what its servers come to: %s and %s is %s", async (one, other, status, isFinal) => {
    await startByServers([
      { instanceId: A, status: one },
      { instanceId: B, status: other },
    ]);
    for (let times = 0; times < 2; times += 1) {
      const { data } = await rig.ask(LIST);
      expect(data.invocations.nodes).toMatchObject([{ invokeId: "t-1", status, isFinal }]);
    }
    expect((await rig.ask(IDS, { filter: { statusIn: [status] } })).data.invocations).toEqual({
      totalCount: 1,
      nodes: [{ invokeId: "t-1" }],
    });
  });
});

describe("a run whose own record may not be read any more", () => {
  it("is over once all of its servers are", async () => {
    const executions = [A, B].map((instanceId) => ({ instanceId, status: "Running" }));
    const place = createPlace([{ invokeId: "t-1", at, status: "Running", executions }]);
    rig = await startRig({ "SWAS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    expect((await rig.ask(LIST)).data.invocations.nodes).toMatchObject([{ status: "RUNNING", isFinal: false }]);
    place.runs[0] = {
      invokeId: "t-1",
      at,
      status: "Success",
      executions: [A, B].map((instanceId) => ({ instanceId })),
    };
    rig.far.interfere = ({ action }) => (action === "DescribeCommandInvocations" ? refusal(403, "NoPermission") : null);
    await rig.ask(LIST);
    expect((await rig.ask(LIST)).data.invocations.nodes).toMatchObject([{ status: "SUCCESS", isFinal: true }]);
  });
});

describe("a run whose records tell different things of it", () => {
  const WITH_OUTPUT = `{ invocations { nodes { ${STATE}
    instanceInvocations { nodes { instanceId status result { output { text } } } } } } }`;

  it.each([
    ["tells the same", "PartialFailed", "PARTIAL_FAILED"],
    ["keeps to its word", "Success", "SUCCESS"],
  ])(
    "has the end that its instances tell where its word was told before, and its record then %s",
    async (_name, word, end) => {
      const ended = { instanceId: B };
      const run = { invokeId: "t-1", at, status: "Success" };
      const place = createPlace([
        { ...run, executions: [{ instanceId: A, status: "Running", exitCode: null }, ended] },
      ]);
      rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
      await rig.ask(LIST);
      place.runs[0] = { ...run, status: word, executions: [{ instanceId: A, status: "Failed", exitCode: 4 }, ended] };
      const results = `{ invocationResults(filter: { provider: ECS, regionId: "cn-hangzhou", invokeId: "t-1" }) {
      nodes { instanceId status } } }`;
      rig.far.interfere = ({ action }) =>
        action === "DescribeInvocations" ? refusal(503, "ServiceUnavailable") : null;
      const statusCounts = [
        { status: "SUCCESS", count: 1 },
        { status: "FAILED", count: 1 },
      ];
      const told = (await rig.ask(results)).data.invocationResults.nodes;
      expect(told[0]).toEqual({ instanceId: A, status: "FAILED" });
      expect((await rig.ask(LIST)).data.invocations.nodes).toMatchObject([{ status: "PARTIAL_FAILED", statusCounts }]);
      rig.far.interfere = () => null;
      for (let time = 0; time < 2; time += 1) {
        expect((await rig.ask(LIST)).data.invocations.nodes).toMatchObject([{ status: end, statusCounts }]);
      }
    },
  );

  it("goes on, where its instances had ended, as soon as it is told of another one that does", async () => {
    const run = { invokeId: "t-1", at, status: "Running" };
    const [one, two] = ["i-1", "i-2"].map((instanceId) => ({ instanceId, status: "Running" }));
    const place = createPlace([{ ...run, executions: [one as Execution] }]);
    rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
    const set = (executions: readonly Execution[], status = "Running") => {
      place.runs[0] = { ...run, status, executions };
    };
    rig.far.interfere = ({ action }) => {
      if (action === "DescribeInvocationResults") set([{ instanceId: "i-1" }]);
      return null;
    };
    expect((await rig.ask(WITH_OUTPUT)).data.invocations.nodes).toMatchObject([{ status: "SUCCESS" }]);
    rig.far.interfere = () => null;
    set([{ instanceId: "i-1" }, two as Execution]);
    expect((await rig.ask(LIST)).data.invocations.nodes).toEqual([
      {
        invokeId: "t-1",
        status: "RUNNING",
        isFinal: false,
        statusCounts: [
          { status: "RUNNING", count: 1 },
          { status: "SUCCESS", count: 1 },
        ],
      },
    ]);
    set([{ instanceId: "i-1" }, { instanceId: "i-2", status: "Failed", exitCode: 1 }], "PartialFailed");
    expect((await rig.ask(LIST)).data.invocations.nodes).toMatchObject([{ status: "PARTIAL_FAILED", isFinal: true }]);
  });

  it("shows one state in one answer, though only results tell the end and no output is asked for", async () => {
    const running = { InvocationStatus: undefined, InvokeStatus: "Running" };
    const executions = [{ instanceId: "i-1" }];
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([{ invokeId: "t-1", at, executions, wire: running }]) });
    rig.far.mangle = (body, { action }) =>
      action !== "DescribeInvocations"
        ? body
        : JSON.parse(JSON.stringify(body), (key, value) =>
            key === "InvokeInstance" ? [{ InstanceId: "i-1", InstanceInvokeStatus: "running" }] : value,
          );
    const { data } = await rig.ask(
      `{ invocations { nodes { ${STATE} instanceInvocations { nodes { status exitCode } } } } }`,
    );
    expect(data.invocations.nodes).toEqual([
      {
        status: "SUCCESS",
        isFinal: true,
        statusCounts: [{ status: "SUCCESS", count: 1 }],
        instanceInvocations: { nodes: [{ status: "SUCCESS", exitCode: 0 }] },
      },
    ]);
  });
});

describe("runs of one state that carry an instance's word", () => {
  const wordAt = (index: number) => (index === 7 ? "Failed" : (["Timeout", "Terminated"][index % 10] ?? "Success"));
  const runs = Array.from({ length: 120 }, (_, index) => ({
    invokeId: `t-${1000 + index}`,
    at: at - index * 1_000,
    status: wordAt(index),
    executions: [{ instanceId: A, status: wordAt(index) }],
  }));

  it.each([
    ["FAILED", 13],
    ["STOPPED", 12],
  ])("are found by the first question of a process, whatever words the filter takes: %s", async (status, count) => {
    rig = await startRig({ "SWAS/cn-hangzhou": createPlace(runs) });
    const { data } = await rig.ask(LIST, { filter: { statusIn: [status] } });
    expect([data.invocations.totalCount, data.invocations.nodes.length]).toEqual([count, count]);
    expect(data.invocations.sources).toEqual([{ ok: true, isComplete: true }]);
  });
});
