import { describe, expect, it } from "@jest/globals";
import { createMemoryStore, LIST_END, LIST_HEAD, type RunStore } from "#store";
import type { Backfill } from "#sync";
import { createItem } from "../services/support/records.ts";
import { createScene, createSource, runOf } from "./collect-scene.ts";

const EVERYTHING = [{ from: LIST_HEAD, to: LIST_END }];
const MINUTE = 60_000;

async function told(backfill: Backfill | null) {
  if (backfill === null) return null;
  const [oldestTime, knownRuns, lackingOutputs] = await Promise.all([
    backfill.oldestTime(),
    backfill.knownRuns(),
    backfill.lackingOutputs(),
  ]);
  return { ...backfill, oldestTime, knownRuns, lackingOutputs };
}

describe("a source that is collected", () => {
  it("is read page after page to its end, at the collector's pace, and says when that begins and ends", async () => {
    const source = createSource(0, 130);
    const scene = createScene([source]);
    const { collector } = await scene.begin();
    expect(source.calls).toEqual(["list 1/50", "list 2/48", "list 3/47"]);
    expect(await scene.spans()).toEqual(EVERYTHING);
    expect(await scene.known()).toEqual(source.runs.map(({ invokeId }) => invokeId));
    expect([...scene.paces]).toEqual(["collect"]);
    expect(scene.notices).toEqual([
      'back-fill begins {"provider":"ECS","account":"default","regionId":"cn-region-10"}',
      'back-fill ended: everything is known that the upstream has and that is kept {"provider":"ECS","account":"default","regionId":"cn-region-10","runs":130,"tookMs":0}',
    ]);
    expect(await told(collector.describe(source.source))).toEqual({
      phase: "COMPLETE",
      since: scene.clock.now(),
      failure: null,
      failuresInRow: 0,
      calls: 3,
      isCaughtUp: true,
      oldestTime: Date.parse(source.runs[129]?.creationTime ?? ""),
      knownRuns: 130,
      lackingOutputs: null,
    });
    await collector.stop();
  });

  it("is asked for its newest end every 30 s from then on, and no more once it stops", async () => {
    const source = createSource(0, 10);
    const scene = createScene([source]);
    const { collector } = await scene.begin();
    await scene.clock.advance(2 * MINUTE);
    expect(source.calls).toEqual(Array.from({ length: 5 }, () => "list 1/50"));
    await collector.stop();
    await scene.clock.advance(2 * MINUTE);
    expect(source.calls).toHaveLength(5);
  });

  it("is not read again by the next process, but for what is new", async () => {
    const source = createSource(0, 130);
    const scene = createScene([source]);
    const first = await scene.begin();
    await scene.clock.advance(MINUTE);
    await first.collector.stop();
    const before = source.calls.length;
    source.runs = [runOf(source.source, 9_999, -1), ...source.runs];
    const second = await scene.begin();
    expect(source.calls.slice(before)).toEqual([]);
    await scene.clock.advance(MINUTE / 2);
    expect(source.calls.slice(before)).toEqual(["list 1/50"]);
    expect(await scene.known()).toHaveLength(131);
    await second.collector.stop();
  });

  it("is read no further back than what is kept", async () => {
    const source = createSource(0, 500);
    const scene = createScene([source]);
    const { collector } = await scene.begin({ oldestRun: () => Date.parse(source.runs[60]?.creationTime ?? "") });
    expect(source.calls).toEqual(["list 1/50", "list 2/48"]);
    expect(collector.progress(source.source)).toMatchObject({ phase: "COMPLETE", isCaughtUp: true });
    await collector.stop();
  });

  it("is followed where it goes on: 50 unfinished runs at a call", async () => {
    const source = createSource(0, 30);
    const running = source.runs.map((run) => ({
      ...run,
      status: "RUNNING" as const,
      instances: [createItem({ ...run, instanceId: "i-1", status: "RUNNING", exitCode: null })],
    }));
    const over = source.runs;
    source.runs = running;
    const scene = createScene([source]);
    const { collector } = await scene.begin();
    await scene.clock.advance(MINUTE);
    expect(new Set(source.calls)).toEqual(new Set(["list 1/50", "list RUNNING 1/50"]));
    source.runs = over;
    await scene.clock.advance(2 * MINUTE);
    expect(await scene.store.readUnfinished(source.source, 100)).toEqual([]);
    await collector.stop();
  });

  it("gives what was printed, failed runs first, then the newest, each once", async () => {
    const source = createSource(0, 4);
    source.runs = source.runs.map((run, serial) => (serial === 2 ? { ...run, status: "FAILED" } : run));
    const scene = createScene([source]);
    const { collector } = await scene.begin({ outputs: true });
    expect(source.calls).toEqual([
      "list 1/50",
      "results t-0002 1",
      "results t-0000 1",
      "results t-0001 1",
      "results t-0003 1",
    ]);
    expect(await told(collector.describe(source.source))).toMatchObject({ lackingOutputs: 0, isCaughtUp: true });
    await scene.clock.advance(10 * MINUTE);
    expect(source.calls.filter((call) => call.startsWith("results"))).toHaveLength(4);
    await collector.stop();
  });

  it("is counted once for all who ask within a second, and not for its phase", async () => {
    const source = createSource(0, 10);
    const memory = createMemoryStore({ bytesMax: 1_000_000 });
    const counted: string[] = [];
    const store: RunStore = {
      ...memory,
      count(request) {
        counted.push("runs");
        return memory.count(request);
      },
      countLackingOutputs(...request) {
        counted.push("lacking");
        return memory.countLackingOutputs(...request);
      },
    };
    const scene = createScene([source], { store });
    const { collector } = await scene.begin({ outputs: true });
    counted.length = 0;
    expect([collector.describe(source.source)?.phase, counted]).toEqual(["COMPLETE", []]);
    const askMany = () => Promise.all(Array.from({ length: 100 }, () => told(collector.describe(source.source))));
    const answers = await askMany();
    expect([new Set(answers.map((one) => one?.knownRuns)), counted]).toEqual([new Set([10]), ["runs", "lacking"]]);
    await scene.clock.advance(1_000);
    await askMany();
    expect(counted).toEqual(["runs", "lacking", "runs", "lacking"]);
    await collector.stop();
  });

  it("is asked once an hour for outputs that it never shows, however many runs they are of", async () => {
    const source = createSource(0, 2_100);
    const { upstream } = source;
    const scene = createScene([
      {
        ...source,
        upstream: { ...upstream, readResults: async (...asked) => (await upstream.readResults(...asked)).slice(1) },
      },
    ]);
    const askedResults = () => source.calls.filter((call) => call.startsWith("results")).length;
    const { collector } = await scene.begin({ outputs: true });
    await scene.clock.advance(10 * MINUTE);
    expect([askedResults(), collector.progress(source.source)?.isCaughtUp]).toEqual([2_100, true]);
    await scene.clock.advance(55 * MINUTE);
    expect(askedResults()).toBe(4_200);
    await collector.stop();
  });

  it("is left to another process while it is not ours, and while what is read would not last", async () => {
    const source = createSource(0, 10);
    const scene = createScene([source]);
    let isOurs = false;
    let isKept = true;
    const { collector } = await scene.begin({ isOurs: () => isOurs, isKept: () => isKept });
    await scene.clock.advance(MINUTE);
    expect(source.calls).toEqual([]);
    expect(collector.progress(source.source)).toMatchObject({ phase: "WAITING" });
    isOurs = true;
    await scene.clock.advance(1_000);
    expect(source.calls).toEqual(["list 1/50"]);
    isKept = false;
    await scene.clock.advance(5 * MINUTE);
    expect(source.calls).toEqual(["list 1/50"]);
    await collector.stop();
  });

  it("rests longer after each failure, and keeps no other source from being read", async () => {
    const failing = createSource(0, 10);
    failing.fails = () => "UNREACHABLE";
    const other = createSource(1, 130);
    const scene = createScene([failing, other]);
    const times: number[] = [];
    failing.beforeCall = () => void times.push(scene.clock.elapsed());
    const begun = scene.clock.elapsed();
    const { collector } = await scene.begin();
    await scene.clock.advance(MINUTE);
    expect(times.map((time) => (time - begun) / 1_000)).toEqual([0, 5, 15, 35]);
    expect(collector.progress(failing.source)).toMatchObject({
      phase: "FAILING",
      failure: { code: "UNREACHABLE" },
      failuresInRow: 4,
    });
    expect(collector.progress(other.source)).toMatchObject({ phase: "COMPLETE" });
    failing.fails = () => null;
    await scene.clock.advance(MINUTE);
    expect(collector.progress(failing.source)).toMatchObject({ phase: "COMPLETE", failure: null });
    await collector.stop();
  });

  it("that does not offer the product is left out", async () => {
    const source = createSource(0, 10);
    source.fails = () => "NOT_SUPPORTED";
    const scene = createScene([source]);
    const { collector } = await scene.begin();
    await scene.clock.advance(30 * MINUTE);
    expect(source.calls).toHaveLength(1);
    expect(collector.progress(source.source)).toMatchObject({ phase: "FAILING", failure: { code: "NOT_SUPPORTED" } });
    await collector.stop();
  });
});
