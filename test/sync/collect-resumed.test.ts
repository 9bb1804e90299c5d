import { describe, expect, it } from "@jest/globals";
import { findSpan, LIST_END, LIST_HEAD, timeOf } from "#store";
import { createRandom } from "../services/support/world.ts";
import { createScene, createSource, type Scene } from "./collect-scene.ts";

const KILLS = 30;
const RUNS = 4_000;

/** Runs that the store claims to know and does not hold; none if coverage is true. */
async function findMissing(scene: Scene): Promise<readonly string[]> {
  const [source] = scene.sources;
  const [spans, known] = [await scene.spans(), new Set(await scene.known())];
  const claimed = (source?.runs ?? []).filter((run) => findSpan(spans, timeOf(run)) !== undefined);
  return claimed.map(({ invokeId }) => invokeId).filter((invokeId) => !known.has(invokeId));
}

describe("a back-fill that is broken off", () => {
  it.each([1, 2])(
    "thirty times goes on where it ended, loses nothing and claims nothing else (seed %i)",
    async (seed) => {
      const random = createRandom(seed);
      const source = createSource(0, RUNS, 7);
      const scene = createScene([source]);
      let pages = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = await scene.known();
        const { collector } = scene.start();
        const last = source.calls.length + 1 + Math.floor(random() * 5);
        let stopped: Promise<void> | undefined;
        // Either before the answer comes, or while what it brought is written.
        const isEarly = random() < 0.5;
        source.beforeCall = async (call) => {
          if (call < last) return;
          if (isEarly) stopped ??= collector.stop();
          else queueMicrotask(() => (stopped ??= collector.stop()));
        };
        await scene.clock.advance(0);
        await (stopped ?? collector.stop());
        source.beforeCall = () => {};
        const known = new Set(await scene.known());
        expect(before.filter((invokeId) => !known.has(invokeId))).toEqual([]);
        expect(await findMissing(scene)).toEqual([]);
        pages = source.calls.length;
      }
      const { collector } = await scene.begin();
      expect(await scene.spans()).toEqual([{ from: LIST_HEAD, to: LIST_END }]);
      expect(await scene.known()).toHaveLength(RUNS);
      // Each kill costs at most the answer that was on its way and one look at the newest end.
      expect(source.calls.length).toBeLessThanOrEqual(Math.ceil(RUNS / 48) + 3 * (KILLS + 1));
      expect(pages).toBeGreaterThan(KILLS);
      await collector.stop();
      const calls = source.calls.length;
      const next = await scene.begin();
      expect(source.calls.length - calls).toBeLessThanOrEqual(1);
      await next.collector.stop();
    },
  );
});
