import { afterEach, describe, expect, it } from "@jest/globals";
import { ecsRun } from "./bodies.ts";
import { ok, rig, start, tokenOf, walk } from "./odd-list-scene.ts";
import { manyRuns } from "./world.ts";

afterEach(() => rig.stop());

describe("a list that shows more than its filter means", () => {
  it.each([48, 49, 50])(
    "is walked to its end where record %d of another name stands at an answer's border",
    async (odd) => {
      const all = manyRuns(70, "t-h").map((run, index) => ({
        ...run,
        commandName: index === odd ? "deploy-web" : "deploy",
      }));
      await start("ECS", (call) => {
        const begin = Number(tokenOf(call) ?? 0);
        const end = begin + Number(call.asked.get("MaxResults"));
        const Invocation = all.slice(begin, end).map((run) => ecsRun(run, call.asked));
        return ok({ TotalCount: 0, NextToken: end < all.length ? `${end}` : "", Invocations: { Invocation } });
      });
      const { ids, last, calls } = await walk({ commandName: "deploy" });
      expect(ids).toEqual(all.filter((run) => run.commandName === "deploy").map(({ invokeId }) => invokeId));
      expect(last).toMatchObject({ more: false, totalCount: 69, sources: [{ ok: true, isComplete: true }] });
      // Two of them show once more what lies across the border.
      expect(Math.max(...calls)).toBeLessThanOrEqual(3);
    },
  );
});
