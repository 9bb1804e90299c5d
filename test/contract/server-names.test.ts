import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, manyRuns } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const PAGE = `{ invocations(filter: { instanceNameContains: "i-" }) { totalCount nodes { regionId }
  pageInfo { hasNextPage } sources { regionId ok isComplete error { code } } } }`;

describe("runs by the names of their servers", () => {
  it("say which source has servers whose names cannot be read", async () => {
    rig = await startRig({
      "ECS/cn-beijing": createPlace(manyRuns(2, "t-b")),
      "ECS/cn-hangzhou": createPlace(manyRuns(2, "t-h")),
    });
    rig.far.interfere = ({ action, asked }) =>
      action === "DescribeInstances" && asked.get("RegionId") === "cn-beijing" ? refusal(403, "Forbidden.RAM") : null;
    const { data, errors } = await rig.ask(PAGE);
    expect(errors).toBeUndefined();
    const { nodes, ...page } = data.invocations;
    expect(nodes.every(({ regionId }: { regionId: string }) => regionId === "cn-hangzhou")).toBe(true);
    expect(page).toEqual({
      totalCount: null,
      pageInfo: { hasNextPage: false },
      sources: [
        { regionId: "cn-beijing", ok: false, isComplete: false, error: { code: "FORBIDDEN" } },
        { regionId: "cn-hangzhou", ok: true, isComplete: true, error: null },
      ],
    });
  });

  it("say so as well while they are known from before", async () => {
    const clock = createClockAhead(systemClock);
    rig = await startRig({ "ECS/cn-hangzhou": createPlace(manyRuns(2, "t-h")) }, {}, clock);
    expect((await rig.ask(PAGE)).data.invocations.sources).toMatchObject([{ ok: true, isComplete: true }]);
    clock.pass(61_000);
    rig.far.interfere = ({ action }) => (action === "DescribeInstances" ? refusal(403, "Forbidden.RAM") : null);
    const { data, errors } = await rig.ask(PAGE);
    expect(errors).toBeUndefined();
    expect(data.invocations).toMatchObject({
      nodes: [{}, {}],
      sources: [{ ok: false, isComplete: false, error: { code: "FORBIDDEN" } }],
    });
    const { data: shown } = await rig.ask("{ instances { totalCount sources { ok isComplete error { code } } } }");
    expect(shown.instances).toEqual({
      totalCount: 1,
      sources: [{ ok: false, isComplete: true, error: { code: "FORBIDDEN" } }],
    });
  });
});
