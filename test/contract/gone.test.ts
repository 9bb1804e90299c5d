import { expect, it } from "@jest/globals";
import { startRig } from "./rig.ts";
import { createPlace, type Run } from "./world.ts";

it("a run that the upstream forgot is shown as it was seen last, and says so", async () => {
  const run = (invokeId: string, status: string): Run => ({
    invokeId,
    at: Date.UTC(2026, 0, 3),
    status,
    executions: [{ instanceId: "i-1", status }],
  });
  const place = createPlace([run("t-still", "Success"), run("t-lost", "Running")]);
  const rig = await startRig({ "ECS/cn-hangzhou": place }, { FRESHNESS_MS: "1" });
  const list = async () => {
    const { data } = await rig.ask("{ invocations { nodes { invokeId status isGoneUpstream } } }");
    return data.invocations.nodes.toSorted((a: Run, b: Run) => (a.invokeId < b.invokeId ? -1 : 1));
  };
  try {
    expect(await list()).toEqual([
      { invokeId: "t-lost", status: "RUNNING", isGoneUpstream: false },
      { invokeId: "t-still", status: "SUCCESS", isGoneUpstream: false },
    ]);
    place.runs.splice(1, 1, run("t-still2", "Success"));
    expect(await list()).toEqual([
      { invokeId: "t-lost", status: "RUNNING", isGoneUpstream: true },
      { invokeId: "t-still", status: "SUCCESS", isGoneUpstream: false },
      { invokeId: "t-still2", status: "SUCCESS", isGoneUpstream: false },
    ]);
  } finally {
    await rig.stop();
  }
});
