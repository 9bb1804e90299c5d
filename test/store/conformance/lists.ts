import { describe, expect, it } from "@jest/globals";
import { LIST_END, LIST_HEAD } from "#store";
import type { StoreOfTest } from "../conformance.ts";
import { ECS, runAt, SWAS, timeAt, withSpans } from "../records.ts";

/** How far lists are known is written together with what was read of them. */
export function describeLists(store: StoreOfTest): void {
  describe("keeps lists", () => {
    it("of which nothing is known", async () => {
      expect(await store().readList(ECS, "all")).toMatchObject({ spans: [], readAt: null, notes: null });
    });

    it("with what is known of them, and what their reader notes", async () => {
      const spans = [
        { from: LIST_HEAD, to: timeAt(1) },
        { from: timeAt(1) - 5, to: LIST_END },
      ];
      const notes = {
        mode: "token",
        marks: [{ time: 1.5, place: { token: "\u0000\ud800" } }],
        total: null,
        z: 1,
        a: "x",
      };
      const record = withSpans(await store().readList(ECS, "all"), spans, { readAt: 5, notes });
      await store().write({ source: ECS, readAt: 5, runs: [runAt(2, "t-1")], list: { key: "all", record } });
      expect(await store().readList(ECS, "all")).toMatchObject({ spans, readAt: 5, notes });
      expect(await store().readList(ECS, "statusIn:[\u0000]")).toMatchObject({ spans: [] });
      expect(await store().readList(SWAS, "all")).toMatchObject({ spans: [] });
    });

    it("as they were written last", async () => {
      for (const to of [timeAt(3), timeAt(2)]) {
        const record = withSpans(await store().readList(ECS, "all"), [{ from: LIST_HEAD, to }], { readAt: to });
        await store().write({ source: ECS, readAt: to, list: { key: "all", record } });
      }
      expect(await store().readList(ECS, "all")).toMatchObject({
        spans: [{ from: LIST_HEAD, to: timeAt(2) }],
        readAt: timeAt(2),
      });
    });

    it("without what a record of another keeper claims", async () => {
      const record = {
        spans: [{ from: LIST_HEAD, to: LIST_END }],
        readAt: 3,
        notes: { mode: "page" },
        basis: "of another keeper",
      };
      await store().write({ source: ECS, readAt: 3, list: { key: "all", record } });
      expect(await store().readList(ECS, "all")).toMatchObject({ spans: [], readAt: 3, notes: { mode: "page" } });
    });
  });
}
