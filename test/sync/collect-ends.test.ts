import { describe, expect, it } from "@jest/globals";
import { createMemoryStore } from "#store";
import type { Upstream } from "#upstreams";
import { createOperation } from "../support/operation.ts";
import { createScene, createSource, runOf } from "./collect-scene.ts";

const MINUTE = 60_000;

describe("the oldest end of a source that is collected", () => {
  it("is read on where a reader, meanwhile, met runs that leave a gap", async () => {
    const source = createSource(0, 200);
    const newer = Array.from({ length: 150 }, (_, serial) => runOf(source.source, 1_000 + serial, serial - 200));
    let meanwhile: (() => Promise<unknown>) | null = null;
    const { openLists } = source.upstream;
    const upstream: Upstream = {
      ...source.upstream,
      openLists: async (...asked) =>
        (await openLists(...asked)).map((list) => ({
          ...list,
          async read(place, operation) {
            const read = place === null ? null : meanwhile;
            meanwhile = place === null ? meanwhile : null;
            await read?.();
            return list.read(place, operation);
          },
        })),
    };
    const scene = createScene([{ ...source, upstream }]);
    const { collector, sync } = scene.start();
    meanwhile = async () => {
      source.runs = [...newer, ...source.runs];
      const [list] = await sync.openLists(source.source, {}, { output: false, content: false }, createOperation());
      await list?.refresh(createOperation());
    };
    await scene.clock.advance(5 * MINUTE);
    expect([(await scene.known()).length, collector.describe(source.source)?.phase]).toEqual([350, "COMPLETE"]);
    expect(source.calls.length).toBeLessThanOrEqual(14);
    await collector.stop();
  });

  it("has its oldest end read again once a day, which tells what the upstream dropped", async () => {
    const source = createSource(0, 130);
    const scene = createScene([source]);
    const { collector } = await scene.begin();
    const gone = async () => {
      const refs = source.runs.map(({ invokeId }) => ({ source: source.source, invokeId }));
      const known = await scene.store.readRuns(refs, { output: false, content: false });
      return known.flatMap((stored) => (stored?.isGone ? [stored.run.invokeId] : []));
    };
    const runs = source.runs;
    const calls = source.calls.length;
    const endCalls = () => source.calls.slice(calls).filter((call) => call !== "list 1/50");
    source.runs = runs.slice(0, 100);
    await scene.clock.advance(59 * MINUTE);
    source.runs = runs;
    expect([endCalls(), await gone()]).toEqual([[], []]);
    source.runs = runs.slice(0, 100);
    await scene.clock.advance(2 * MINUTE);
    source.runs = runs;
    expect([endCalls(), await gone()]).toEqual([["list 3/49"], runs.slice(100).map(({ invokeId }) => invokeId)]);
    await scene.clock.advance(23 * 60 * MINUTE);
    expect(endCalls()).toHaveLength(1);
    await scene.clock.advance(60 * MINUTE);
    expect(endCalls()).toEqual(["list 3/49", "list 4/42"]);
    await collector.stop();
  });

  it("is read no deeper than memory holds", async () => {
    const source = createSource(0, 3_000);
    const scene = createScene([source], { store: createMemoryStore({ bytesMax: 1_000_000 }) });
    const { collector } = await scene.begin();
    const calls = source.calls.length;
    expect(calls).toBeLessThan(60);
    expect(collector.progress(source.source)).toMatchObject({ phase: "FULL" });
    await scene.clock.advance(10 * MINUTE);
    expect(new Set(source.calls.slice(calls))).toEqual(new Set(["list 1/50"]));
    await collector.stop();
  });

  it("is looked at again where one second lies across two answers, if the upstream tells of more runs than were seen", async () => {
    const source = createSource(0, 100, 3);
    const hidden = source.runs[49];
    const all = source.runs;
    source.runs = all.filter((run) => run !== hidden);
    source.tellTotal = () => all.length;
    source.beforeCall = (call) => {
      if (call > 3) source.runs = all;
    };
    const scene = createScene([source]);
    const { collector } = await scene.begin();
    expect(await scene.known()).toHaveLength(100);
    expect(source.calls.length).toBeLessThan(20);
    await collector.stop();
  });
});
