import { afterEach, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace } from "./world.ts";

let rig: Rig;
afterEach(() => rig.stop());

const QUERY = "{ invocations { nodes { instanceInvocations { nodes { history { nodes { status } } } } } } }";

describe("the history of a run that is not repeated, which the upstream refuses", () => {
  it("is its latest execution, and is not asked for again", async () => {
    const run = { invokeId: "t-1", at: Date.UTC(2026, 0, 2), repeatMode: "Once", executions: [{ instanceId: "i-1" }] };
    rig = await startRig({ "ECS/cn-hangzhou": createPlace([run]) });
    rig.far.interfere = ({ asked }) =>
      asked.has("IncludeHistory") ? refusal(400, "InvalidParam.IncludeHistory") : null;
    for (const asked of [["true", null], [null]]) {
      rig.far.calls.length = 0;
      const { data, errors } = await rig.ask(QUERY);
      expect(errors).toBeUndefined();
      expect(data.invocations.nodes[0].instanceInvocations.nodes[0].history.nodes).toEqual([{ status: "SUCCESS" }]);
      const results = rig.far.calls.filter(({ action }) => action === "DescribeInvocationResults");
      expect(results.map((call) => call.asked.get("IncludeHistory"))).toEqual(asked);
    }
  });
});
