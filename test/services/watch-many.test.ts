import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway } from "./support/gateway.ts";

const BARE = { output: false, content: false, details: false };

describe("fifty running runs of one source that a thousand watch", () => {
  it("cost one call an interval, and one for each run that ended", async () => {
    const world = createFixedSource(0, 50);
    world.runs = world.runs.map((run) => ({ ...run, status: "RUNNING" }));
    const { services, clock } = createGateway([world], { watch: { minIntervalMs: 1_000, maxIntervalMs: 1_000 } });
    const told = new Map<string, number>();
    for (let watcher = 0; watcher < 1_000; watcher += 1) {
      const { source, invokeId } = world.runs[watcher % 50] ?? { source: world.source, invokeId: "" };
      void (async () => {
        for await (const { status } of services.watchInvocation({ source, invokeId }, BARE, createOperation())) {
          told.set(status, (told.get(status) ?? 0) + 1);
        }
      })();
    }
    await clock.advance(1_500);
    world.calls.length = 0;
    await clock.advance(3_000);
    expect(world.calls).toEqual(["list RUNNING 1/50", "list RUNNING 1/50", "list RUNNING 1/50"]);
    world.calls.length = 0;
    world.runs = world.runs.map((run, serial) => (serial < 3 ? { ...run, status: "SUCCESS" } : run));
    await clock.advance(1_000);
    expect([...world.calls].sort()).toEqual(["list RUNNING 1/50", "run t-0-0000", "run t-0-0001", "run t-0-0002"]);
    expect(Object.fromEntries(told)).toEqual({ RUNNING: 1_000, SUCCESS: 60 });
  });

  it("are read by their list alone while its answers take longer than the interval", async () => {
    const world = createFixedSource(0, 20);
    world.runs = world.runs.map((run) => ({ ...run, status: "RUNNING" }));
    const clock = createFakeClock();
    const openLists = async (...asked: Parameters<typeof world.upstream.openLists>) =>
      (await world.upstream.openLists(...asked)).map((list) => ({
        ...list,
        async read(...place: Parameters<typeof list.read>) {
          const page = await list.read(...place);
          await clock.sleep(1_200);
          return page;
        },
      }));
    const upstream = { ...world.upstream, openLists };
    const { services } = createGateway([{ upstream }], {
      clock,
      watch: { minIntervalMs: 1_000, maxIntervalMs: 1_000 },
    });
    for (const { source, invokeId } of world.runs) {
      void (async () => {
        for await (const _ of services.watchInvocation({ source, invokeId }, BARE, createOperation()));
      })();
      await clock.advance(50);
    }
    await clock.advance(5_000);
    world.calls.length = 0;
    await clock.advance(10_000);
    expect(new Set(world.calls)).toEqual(new Set(["list RUNNING 1/50"]));
    expect(world.calls.length).toBeLessThanOrEqual(10);
  });
});
