import { describe, expect, it } from "@jest/globals";
import { positionOf } from "#store";
import type { StoreOfTest } from "../conformance.ts";
import { ECS, EVERYTHING, idsOf, itemOf, runAt } from "../records.ts";

/** Texts come from clients and upstreams and hold anything; the order of ids is that of their UTF-16 units. */
const ODD = [
  "",
  "\u0000",
  "\u0000a",
  "\u0001",
  "'; drop table run; --",
  "\\x00",
  "a",
  "a\u0000",
  "a\u0001",
  "%_",
  "é",
  "执行",
  "\ud7ff",
  "\ud800",
  "\ud800x",
  "😀",
  "\udfff",
  "\ue000",
  "！",
  "\uffff",
];

export function describeOddTexts(store: StoreOfTest): void {
  describe("takes odd texts", () => {
    it("as invoke ids, each one its own, in the order of their units", async () => {
      const runs = ODD.map((text) => runAt(1, `t-${text}`));
      await store().write({ source: ECS, readAt: 1, runs });
      const sorted = runs.map(({ invokeId }) => invokeId).sort();
      expect(await idsOf(store(), {})).toEqual(sorted);
      for (const [position, run] of runs.entries()) {
        const behind = sorted.slice(sorted.indexOf(run.invokeId) + 1);
        expect([
          position,
          await idsOf(store(), { stretches: [{ source: ECS, after: positionOf(run), before: null }] }),
        ]).toEqual([position, behind]);
      }
      const known = await store().readRuns(runs, EVERYTHING);
      expect(known.map((one) => one?.run.invokeId)).toEqual(runs.map(({ invokeId }) => invokeId));
    });

    it.each(ODD.map((text) => [JSON.stringify(text), text]))("in every member: %s", async (_name, text) => {
      const run = runAt(1, "t-1", {
        command: { commandId: text, name: text, description: text, type: null, content: null },
        launcher: text,
        parameters: { [text]: text },
        tags: [{ key: text, value: text }],
        resourceGroupIds: [text],
        instances: [itemOf({ invokeId: "t-1", instanceId: text, username: text, output: null })],
      });
      await store().write({ source: ECS, readAt: 1, runs: [run, runAt(2, "t-2")] });
      expect((await store().readRuns([run], EVERYTHING))[0]?.run).toEqual(run);
      for (const query of [
        { commandId: text },
        { commandName: text },
        { instanceId: text },
        { tags: [{ key: text, value: text }] },
        { resourceGroupId: text },
      ])
        expect([query, await idsOf(store(), { query })]).toEqual([query, ["t-1"]]);
      await store().write({ source: ECS, readAt: 2, gone: [text] });
    });
  });
}
