import { describe, expect, it } from "@jest/globals";
import type { Operation } from "#domain";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, endingIn, OK, REQUEST } from "./rig.ts";

const MINUTE = 60_000;

async function createScene(collectShare: number, callsPerMinute = 10) {
  const clock = createFakeClock();
  const times: number[] = [];
  const quotas = { ECS: { callsPerMinute, isCeiling: true } };
  const rig = await createRig(() => OK, { quotas, collectShare }, clock);
  const call = async (operation: Operation): Promise<number> => {
    await rig.wire.call(REQUEST, operation);
    return clock.elapsed();
  };
  return {
    ...rig,
    clock,
    times,
    call,
    /** Collects without an end; the time of each call is noted. */
    collect(signal: AbortSignal): void {
      const next = async (): Promise<void> => {
        while (!signal.aborted) {
          const time = await call({ ...endingIn(60 * MINUTE, clock), signal, pace: "collect" }).catch(() => null);
          if (time !== null) times.push(time);
        }
      };
      void next();
    },
    /** Lets time pass in steps, so that what comes over sockets arrives. */
    async pass(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 500) {
        await clock.advance(500);
        const before = rig.upstream.received.length;
        await new Promise((resolve) => setImmediate(resolve));
        while (rig.attempts.length < rig.upstream.received.length || before < rig.upstream.received.length) {
          if (rig.attempts.length >= rig.upstream.received.length) break;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    },
  };
}

describe("calls that collect", () => {
  it("come evenly, within their share of the quota", async () => {
    const scene = await createScene(0.5);
    const ended = new AbortController();
    scene.collect(ended.signal);
    await scene.pass(10 * MINUTE);
    ended.abort();
    const gaps = scene.times.slice(1).map((time, position) => time - (scene.times[position] ?? 0));
    // Time passes in steps of half a second.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(11_500);
    expect(scene.times.length).toBeGreaterThanOrEqual(45);
    expect(scene.times.length).toBeLessThanOrEqual(51);
  });

  it("leave a fifth of the quota to readers, whatever their share", async () => {
    const scene = await createScene(1);
    const ended = new AbortController();
    scene.collect(ended.signal);
    await scene.pass(5 * MINUTE);
    const before = scene.clock.elapsed();
    expect(await scene.call(endingIn(1_000, scene.clock))).toBe(before);
    expect(await scene.call(endingIn(1_000, scene.clock))).toBe(before);
    ended.abort();
  });

  it("go on at the pace of a reader who joins", async () => {
    const scene = await createScene(0.5);
    await scene.call({ ...createOperation(), pace: "collect" });
    let pace: Operation["pace"] = "collect";
    let hurry = (): void => {};
    const hurried = new Promise<void>((resolve) => {
      hurry = resolve;
    });
    const begun = scene.clock.elapsed();
    const waiting = scene.call({
      ...createOperation(),
      get pace() {
        return pace;
      },
      hurry: hurried,
    });
    await new Promise((resolve) => setImmediate(resolve));
    pace = undefined;
    hurry();
    expect(await waiting).toBe(begun);
  });
});
