import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createScene, done, REF, running } from "./watch-scene.ts";

type Scene = ReturnType<typeof createScene>;
type Chunk = Awaited<ReturnType<ReturnType<Scene["services"]["watchOutput"]>["next"]>>["value"];

const { instances } = running();
const instanceId = instances[0]?.instanceId ?? null;

/** What one is told who watches the output of a server from this byte on, or that of all servers if it is null. */
function follow({ services }: Scene, of: string | null, fromByte = 0): Chunk[] {
  const chunks: Chunk[] = [];
  const events = services.watchOutput({ ...REF, instanceId: of }, { fromByte, after: null }, createOperation());
  void (async () => {
    for await (const chunk of events) chunks.push(chunk);
  })();
  return chunks;
}

describe("an event of a server's output", () => {
  it("is one object for all who were told as much, which can share an answer to it, and goes on where they stand", async () => {
    const scene = createScene([running("a"), running("ab"), done("abc")]);
    const [one, other, late] = [follow(scene, instanceId), follow(scene, instanceId), follow(scene, instanceId, 1)];
    await scene.pass(10_000);
    expect(one.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    expect(other.map((chunk, place) => chunk === one[place])).toEqual([true, true, true]);
    expect(late.map(({ text }) => text)).toEqual(["b", "c"]);
    expect(new Set(one.map(({ position }) => position)).size).toBe(3);
  });

  it.each([instanceId, null])(
    "is the last one a minute after the end of a run whose own end is never told",
    async (of) => {
      const ended = done("all");
      // The scene's clock begins on this day.
      const startTime = new Date(createFakeClock().now() - 1_000).toISOString();
      const scene = createScene([{ ...ended, instances: ended.instances.map((one) => ({ ...one, startTime })) }]);
      const told = follow(scene, of);
      await scene.pass(59_000);
      expect(told.map(({ text, isFinal }) => [text, isFinal])).toEqual([["all", false]]);
      await scene.pass(12_000);
      expect(told.map(({ text, isFinal }) => [text, isFinal])).toEqual([
        ["all", false],
        ["", true],
      ]);
      const looks = scene.looks.length;
      await scene.pass(60_000);
      expect(scene.looks.length).toBe(looks);
    },
  );

  it("has a round of the event loop of its own, on however many servers a run printed something", async () => {
    const run = done("all");
    const [one] = run.instances;
    if (one === undefined) throw new Error("The run has no server.");
    const servers = Array.from({ length: 40 }, (_, serial) => ({ ...one, instanceId: `i-${serial}` }));
    const { services } = createScene([{ ...run, instances: servers }]);
    const rounds = { count: 0, areCounted: true };
    const count = (): void => {
      rounds.count += 1;
      if (rounds.areCounted) setImmediate(count);
    };
    const begin = { fromByte: 0, after: null };
    const events = services.watchOutput({ ...REF, instanceId: null }, begin, createOperation());
    await events.next();
    count();
    const told: string[] = [];
    while (told.length < 39) told.push((await events.next()).value.execution.instanceId);
    rounds.areCounted = false;
    expect([new Set(told).size, rounds.count >= 39]).toEqual([39, true]);
    await events.return?.();
  });

  it("is each watcher's own if it tells where all servers stand", async () => {
    const scene = createScene([running("a"), done("ab")]);
    const [one, other] = [follow(scene, null), follow(scene, null)];
    await scene.pass(10_000);
    expect([one, other].map((chunks) => chunks.map(({ text }) => text))).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(one.some((chunk) => other.includes(chunk))).toBe(false);
  });
});
