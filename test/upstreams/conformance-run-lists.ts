import { describe, expect, it } from "@jest/globals";
import type { Stage } from "./conformance-stage.ts";
import { idsOf, readToEnd } from "./walk-list.ts";

const MANY = Array.from({ length: 120 }, (_, index) => ({ invokeId: `t-${String(index).padStart(3, "0")}` }));
const MANY_IDS = MANY.map(({ invokeId }) => invokeId);

/** Lists that are read on, whatever mode the upstream answers in. */
export function describeRunLists(stage: Stage): void {
  describe("a list that is read on", () => {
    it("gives every run once from its newest to its end", async () => {
      await stage.restart({ invocations: MANY });
      const list = await stage.openRunList();
      const pages = await readToEnd(list, stage.end.operation);
      expect([pages.length, idsOf(pages)]).toEqual([3, MANY_IDS]);
    });
  });
}
