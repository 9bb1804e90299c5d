import { describe, expect, it } from "@jest/globals";
import { CREATED, type Stage } from "./conformance-stage.ts";

/** Lists, their pages and their filters. */
export function describeLists(stage: Stage): void {
  const { first, second } = stage;
  const { calls } = stage.product;

  describe("a list", () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ invokeId: `t-${String(index).padStart(3, "0")}` }));

    it("is read page by page, newest first, with places and total", async () => {
      await stage.restart({ invocations: many });
      const list = await stage.openOnly();
      const one = await list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation);
      const three = await list.read({ pageNumber: 3, pageSize: 50 }, stage.end.operation);
      expect(
        [one, three].map(({ items, ...rest }) => ({ ...rest, ids: [items[0]?.invokeId, items.at(-1)?.invokeId] })),
      ).toEqual([
        { offset: 0, pageSize: 50, totalCount: 120, unreadableCount: 0, ids: ["t-000", "t-049"] },
        { offset: 100, pageSize: 50, totalCount: 120, unreadableCount: 0, ids: ["t-100", "t-119"] },
      ]);
      expect(list.isExact).toBe(true);
      expect(stage.end.takeCalls()).toEqual([calls.firstPage, calls.firstPage.replace("PageNumber=1", "PageNumber=3")]);
    });

    it("is empty behind its end", async () => {
      await stage.restart({ invocations: many.slice(0, 3) });
      const list = await stage.openOnly();
      await list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation);
      const behind = await list.read({ pageNumber: 2, pageSize: 50 }, stage.end.operation);
      expect(behind).toEqual({ items: [], offset: 50, pageSize: 50, totalCount: 3, unreadableCount: 0 });
    });

    it("is read in the pages that the upstream allows, where it cuts them without a word", async () => {
      await stage.restart({ invocations: many });
      stage.end.emulator.setDrift({ clampPageSizeTo: 20 });
      const list = await stage.openOnly();
      await list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation);
      const { items, ...second } = await list.read({ pageNumber: 2, pageSize: 50 }, stage.end.operation);
      expect(second).toEqual({ offset: 40, pageSize: 20, totalCount: 120, unreadableCount: 0 });
      expect(items[10]?.invokeId).toBe("t-050");
    });

    it("is asked for in the largest pages again ten minutes after they were cut", async () => {
      await stage.restart({ invocations: many });
      stage.end.emulator.setDrift({ clampPageSizeTo: 1 });
      const list = await stage.openOnly();
      const page = { pageNumber: 1, pageSize: 50 };
      await list.read(page, stage.end.operation);
      stage.end.emulator.setDrift({});
      const sizes: number[] = [];
      for (const waitMs of [0, 599_000, 1_000]) {
        await stage.end.clock.advance(waitMs);
        const { items } = await list.read(page, stage.end.operation);
        sizes.push(items.length);
      }
      expect(sizes).toEqual([1, 1, 50]);
    });

    it.each([
      [20, [50, 20]],
      [10, [50, 20, 10]],
    ])("is asked for in pages of %d where larger ones are refused", async (allowed, tried) => {
      await stage.restart({ invocations: many });
      stage.end.emulator.setDrift({ refusePageSizeAbove: allowed });
      const list = await stage.openOnly();
      const { items, ...rest } = await list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation);
      const place = { offset: 0, pageSize: allowed, totalCount: 120, unreadableCount: 0 };
      expect([items.length, rest]).toEqual([allowed, place]);
      await list.read({ pageNumber: 2, pageSize: allowed }, stage.end.operation);
      const asked = (pageSize: number) => calls.firstPage.replace("PageSize=50", `PageSize=${pageSize}`);
      const second = asked(allowed).replace("PageNumber=1", "PageNumber=2");
      expect(stage.end.takeCalls()).toEqual([...tried.map(asked), second]);
    });

    it("fails where pages of 10 are refused too", async () => {
      await stage.restart({ invocations: many });
      stage.end.emulator.setDrift({ refusePageSizeAbove: 9 });
      const reading = stage.openOnly().then((list) => list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation));
      await expect(reading).rejects.toMatchObject({ upstreamCode: "InvalidParam.PageSize" });
      const asked = (pageSize: number) => calls.firstPage.replace("PageSize=50", `PageSize=${pageSize}`);
      expect(stage.end.takeCalls()).toEqual([50, 20, 10].map(asked));
    });

    it("of one instance is filtered by the upstream", async () => {
      await stage.restart({
        invocations: [
          { invokeId: "t-1", instances: [second] },
          { invokeId: "t-2", instances: [first] },
        ],
      });
      const list = await stage.openOnly({ instanceId: first });
      const { items } = await list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation);
      expect(items.map(({ invokeId }) => invokeId)).toEqual(["t-2"]);
      expect(stage.end.takeCalls()).toEqual([calls.byInstance.replace("{}", first)]);
    });

    it("of one status is filtered by the upstream", async () => {
      await stage.restart({
        invocations: [{ invokeId: "t-1" }, { invokeId: "t-2", instances: [{ status: "Running" }] }],
      });
      const list = await stage.openOnly({ statusIn: ["SUCCESS"] });
      const { items } = await list.read({ pageNumber: 1, pageSize: 50 }, stage.end.operation);
      expect([list.isExact, items.map(({ invokeId }) => invokeId)]).toEqual([true, ["t-1"]]);
      expect(stage.end.takeCalls()).toEqual([calls.byStatus]);
    });

    it("is not exact where the upstream leaves a part of the query to others", async () => {
      const queries = [
        { createdAfter: CREATED },
        { createdBefore: CREATED },
        { statusIn: ["SUCCESS", "FAILED"] },
        { statusIn: [] },
        { statusIn: ["UNKNOWN"] },
        { instanceId: first, commandName: "demo" },
        { instanceId: first, statusIn: ["FINISHED"] },
        { commandType: "UNKNOWN" },
      ];
      const lists = await Promise.all(queries.map((query) => stage.openOnly(query)));
      expect(lists.map(({ isExact }) => isExact)).toEqual(queries.map(() => false));
    });
  });
}
