import { describe, expect, it } from "@jest/globals";
import type { Invocation } from "#domain";
import { above, LIST_HEAD, NO_TIME, positionOf } from "#store";
import type { StoreOfTest } from "../conformance.ts";
import { ECS, idsOf, NOTHING, runAt, SWAS, timeAt, whole } from "../records.ts";

/** Creation time descending, then source and invoke id ascending; runs without a creation time come last. */
export function describeOrder(store: StoreOfTest): void {
  const ofSwas = (second: number | null, invokeId: string) => runAt(second, invokeId, { source: SWAS });
  const late = runAt(9, "t-b");
  const runs = [late, runAt(1, "t-old"), runAt(9, "t-a"), runAt(null, "t-never"), runAt(5, "t-mid")];
  const order = ["t-a", "t-b", "s-9", "t-mid", "s-2", "t-old", "t-never", "s-never"];
  const writeAll = async () => {
    await store().write({ source: ECS, readAt: 1, runs });
    await store().write({
      source: SWAS,
      readAt: 1,
      runs: [ofSwas(9, "s-9"), ofSwas(2, "s-2"), ofSwas(null, "s-never")],
    });
  };

  describe("orders", () => {
    it("by time, source and invoke id, from both ends", async () => {
      await writeAll();
      expect(await idsOf(store(), {})).toEqual(order);
      expect(await idsOf(store(), { limit: 3 })).toEqual(order.slice(0, 3));
      expect(await idsOf(store(), { direction: -1, limit: 3 })).toEqual(order.slice(-3));
    });

    it("runs strictly behind and strictly in front of a place", async () => {
      await writeAll();
      const place = positionOf(late);
      const [after, before] = [1, -1].map((side) =>
        [ECS, SWAS].map((source) => ({ source, after: side > 0 ? place : null, before: side > 0 ? null : place })),
      );
      expect(await idsOf(store(), { stretches: after ?? [] })).toEqual(order.slice(2));
      expect(await idsOf(store(), { stretches: before ?? [] })).toEqual(order.slice(0, 1));
    });

    it("each source within its own stretch", async () => {
      await writeAll();
      const stretches = [
        { source: ECS, after: above(timeAt(5)), before: above(NO_TIME) },
        { source: SWAS, after: above(LIST_HEAD), before: above(timeAt(2)) },
      ];
      expect(await idsOf(store(), { stretches })).toEqual(["s-9", "t-mid", "t-old"]);
      expect(await idsOf(store(), { stretches, direction: -1, limit: 2 })).toEqual(["t-mid", "t-old"]);
      expect(await store().count({ stretches, query: {} })).toBe(3);
    });

    it("nothing for no stretch, no row for a limit of 0", async () => {
      await writeAll();
      expect(await idsOf(store(), { stretches: [] })).toEqual([]);
      expect(await idsOf(store(), { limit: 0 })).toEqual([]);
      expect(await store().count({ stretches: [], query: {} })).toBe(0);
    });

    it("a run where its newer record says that it was created", async () => {
      await store().write({ source: ECS, readAt: 1, runs: [runAt(null, "t-1"), runAt(3, "t-2")] });
      await store().write({ source: ECS, readAt: 2, runs: [runAt(4, "t-1")] });
      expect(await idsOf(store(), {})).toEqual(["t-1", "t-2"]);
      expect(await store().count({ stretches: [whole(ECS)], query: {} })).toBe(2);
    });
  });

  describe("knows", () => {
    it("runs in key order, null for those that are not there", async () => {
      await writeAll();
      const keys = [{ source: ECS, invokeId: "t-none" }, late, { source: SWAS, invokeId: "t-b" }, late];
      const known = await store().readRuns(keys, NOTHING);
      expect(known.map((one) => one?.run.invokeId ?? null)).toEqual([null, "t-b", null, "t-b"]);
      expect(await store().readRuns([], NOTHING)).toEqual([]);
    });

    it("the creation time of a source's oldest run", async () => {
      expect(await store().oldestTime(ECS)).toBeNull();
      await store().write({ source: ECS, readAt: 1, runs: [runAt(null, "t-never")] });
      expect(await store().oldestTime(ECS)).toBeNull();
      await writeAll();
      expect(await store().oldestTime(ECS)).toBe(timeAt(1));
      expect(await store().oldestTime(SWAS)).toBe(timeAt(2));
    });

    it("unfinished runs, newest first, without those that the upstream forgot", async () => {
      const open = (second: number, invokeId: string): Invocation =>
        runAt(second, invokeId, { status: "RUNNING", rawStatus: "Running" });
      const halfDone = runAt(4, "t-half", { instances: [{ ...at4(), status: "RUNNING" }] });
      await store().write({
        source: ECS,
        readAt: 1,
        runs: [open(1, "t-1"), runAt(2, "t-2"), open(3, "t-3"), halfDone, open(5, "t-gone")],
      });
      await store().write({ source: SWAS, readAt: 1, runs: [ofSwas(9, "s-9")] });
      await store().write({ source: ECS, readAt: 2, gone: ["t-gone"] });
      const ids = async (limit: number) => (await store().readUnfinished(ECS, limit)).map(({ run }) => run.invokeId);
      expect(await ids(9)).toEqual(["t-half", "t-3", "t-1"]);
      expect(await ids(2)).toEqual(["t-half", "t-3"]);
    });
  });
}

function at4(): Invocation["instances"][number] {
  const [only] = runAt(4, "t-half").instances;
  if (only === undefined) throw new Error("a run of the tests has one instance");
  return only;
}
