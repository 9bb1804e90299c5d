import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig, walk } from "./rig.ts";
import { createPlace, manyRuns, type Place, type Run } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const FAR = 120;
const times = {
  StartTime: "2026-01-02T11:00:00Z",
  FinishTime: "2026-01-02T11:00:09Z",
  FinishedTime: "2026-01-02T11:00:09Z",
};
const going: Run["executions"] = [{ instanceId: "i-1", status: "Running", exitCode: null }];
const failed: Run["executions"] = [
  { instanceId: "i-1", status: "Failed", exitCode: 7, wire: { ...times, ErrorCode: "ExitCodeNonzero" } },
];

/** Runs of a source that are known to the end, one of which, far from the newest end, has failed since. */
async function startAfterEnd(product: string): Promise<{ readonly place: Place; readonly invokeId: string }> {
  const place = createPlace(
    manyRuns(160, "t-").map((run, index) =>
      index === FAR ? { ...run, commandName: "deploy", status: "Running", executions: going } : run,
    ),
  );
  rig = await startRig({ [`${product}/cn-hangzhou`]: place }, { FRESHNESS_MS: "1" });
  await walk(rig, { size: 100 });
  const run = place.runs[FAR] as Run;
  place.runs.splice(FAR, 1, { ...run, status: "Failed", executions: failed });
  rig.far.calls.length = 0;
  return { place, invokeId: run.invokeId };
}

const PAGE = `query ($filter: InvocationFilter, $orderBy: InvocationOrder) {
  invocations(filter: $filter, orderBy: $orderBy) { totalCount nodes { invokeId status } sources { ok isComplete } } }`;

describe.each(["ECS", "SWAS"])("a run on %s that has ended since its list was read", (product) => {
  it.each([
    [{ statusIn: ["FAILED"] }],
    [{ statusIn: ["FAILED"], commandName: "deploy" }],
    [{ statusIn: ["FAILED"], instanceId: "i-1" }],
    [{ statusIn: ["FAILED"], createdAfter: "2026-01-01T00:00:00Z" }],
    [{ instanceStatusIn: ["FAILED"] }],
    [{ errorCodeIn: ["ExitCodeNonzero"] }],
    [{ exitCodeIn: [7] }],
    [{ finishedAfter: "2026-01-02T11:00:05Z", finishedBefore: "2026-01-02T11:00:10Z" }],
  ])("is found by how it ended: %j", async (filter) => {
    const { invokeId } = await startAfterEnd(product);
    const { data, errors } = await rig.ask(PAGE, { filter });
    expect([errors, data.invocations]).toEqual([
      undefined,
      { totalCount: 1, nodes: [{ invokeId, status: "FAILED" }], sources: [{ ok: true, isComplete: true }] },
    ]);
    // The newest end, and the one run that went on.
    expect(rig.far.calls.length).toBeLessThanOrEqual(2);
  });

  it("is found no more by how it went on", async () => {
    await startAfterEnd(product);
    const { data } = await rig.ask(PAGE, { filter: { statusIn: ["RUNNING"] } });
    expect(data.invocations).toMatchObject({ totalCount: 0, nodes: [] });
  });

  it("is shown as it ended where something that it printed is found", async () => {
    const { place, invokeId } = await startAfterEnd(product);
    const ended = place.runs[FAR] as Run;
    const printing = going.map((one) => ({ ...one, output: "rare" }));
    place.runs.splice(FAR, 1, { ...ended, status: "Running", executions: printing });
    await rig.ask(`{ invocation(provider: ${product}, regionId: "cn-hangzhou", invokeId: "${invokeId}") {
      instanceInvocations { nodes { result { output { text } } } } } }`);
    place.runs.splice(FAR, 1, ended);
    const { data } = await rig.ask(`{ searchOutputs(text: "rare") { nodes { invocation { invokeId status } } } }`);
    expect(data.searchOutputs.nodes).toEqual([{ invocation: { invokeId, status: "FAILED" } }]);
  });

  it("is counted and ordered as it ended", async () => {
    const { invokeId } = await startAfterEnd(product);
    const { data } = await rig.ask("{ statistics(by: STATUS) { key count isComplete } }");
    expect(data.statistics).toEqual([
      { key: "SUCCESS", count: 159, isComplete: true },
      { key: "FAILED", count: 1, isComplete: true },
    ]);
    const ordered = await rig.ask(PAGE, {
      filter: { createdAfter: "2026-01-01T00:00:00Z", commandName: "deploy" },
      orderBy: "FINISH_TIME_DESC",
    });
    expect(ordered.data.invocations.nodes).toEqual([{ invokeId, status: "FAILED" }]);
  });
});
