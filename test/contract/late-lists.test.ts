import { expect, it } from "@jest/globals";
import { startRig, walk } from "./rig.ts";
import { createPlace, manyRuns } from "./world.ts";

it("a list that is looked through for long shows at the deadline what is known", async () => {
  const world = { "ECS/cn-hangzhou": createPlace(manyRuns(2_100, "t-")), "ECS/cn-beijing": createPlace([]) };
  const settings = {
    OPERATION_DEADLINE_MS: "1500",
    SOFT_DEADLINE_MS: "400",
    UPSTREAM_TIMEOUT_MS: "1400",
    FRESHNESS_MS: "1",
  };
  const rig = await startRig(world, settings);
  try {
    const pages = await walk(rig, { size: 100 });
    expect(pages.flatMap(({ ids }) => ids)).toHaveLength(2_100);
    rig.far.interfere = ({ regionId }) => (regionId === "cn-beijing" ? "silent" : null);
    const { data } = await rig.ask(
      `{ invocations(first: 5, filter: { commandNameContains: "none has this" }) { nodes { invokeId } sources { regionId ok } } }`,
    );
    expect(data.invocations).toMatchObject({
      nodes: [],
      sources: [{ regionId: "cn-hangzhou" }, { regionId: "cn-beijing" }],
    });
  } finally {
    await rig.stop();
  }
});
