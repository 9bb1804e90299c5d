import { describe, expect, it } from "@jest/globals";
import { createGateway, walkAll } from "./support/gateway.ts";
import { createRun } from "./support/records.ts";
import { type Behaviour, createRandom, createWorldSource, type WorldSource } from "./support/world.ts";

const SOURCE = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
const NOON = Date.UTC(2026, 0, 2, 12);

/** A list with `count` runs in one second, `newer` newer and 30 older ones, each in a second of its own. */
function createCrowd(count: number, behaviour: Partial<Behaviour> = {}, newer = 30): WorldSource {
  const at = (invokeId: string, seconds: number) =>
    createRun({ source: SOURCE, invokeId, creationTime: new Date(NOON - seconds * 1_000).toISOString() });
  const runs = [
    ...Array.from({ length: newer }, (_, index) => at(`newer-${index}`, index - 100)),
    ...Array.from({ length: count }, (_, index) => at(`t-${String((index * 7_919) % 10_007).padStart(5, "0")}`, 0)),
    ...Array.from({ length: 30 }, (_, index) => at(`older-${index}`, index + 100)),
  ];
  return createWorldSource(SOURCE, { runs, ...behaviour });
}

async function walkCosts(world: WorldSource, direction: 1 | -1) {
  const { pages } = await walkAll(createGateway([world]), { size: 50, direction, pauseMs: 0 });
  const seen = pages.flat();
  return { runs: seen.length, different: new Set(seen).size, calls: world.calls.length };
}

describe("a second with more runs than a page of the upstream holds", () => {
  it.each([
    ["pages, forwards", "page", 1],
    ["pages, backwards", "page", -1],
    ["tokens, forwards", "token", 1],
    ["tokens, backwards", "token", -1],
  ] as const)("is read once, and not once a page: in %s", async (_name, mode, direction) => {
    const { calls, ...seen } = await walkCosts(createCrowd(300, { mode: () => mode }), direction);
    expect([seen, calls <= 9]).toEqual([{ runs: 360, different: 360 }, true]);
  });

  it.each([1, -1] as const)("is whole if its order changes at every call, in direction %i", async (direction) => {
    const random = createRandom(400);
    const { calls, ...seen } = await walkCosts(createCrowd(400, { order: () => random() }), direction);
    expect([seen, calls < 200]).toEqual([{ runs: 460, different: 460 }, true]);
  });

  it.each([1, -1] as const)("is whole if the list says that it is longer, in direction %i", async (direction) => {
    const turning: Partial<Behaviour> = {
      order: (run, call) => (call % 2 === 0 ? run.invokeId : [...run.invokeId].reverse().join("")),
      tellTotal: (length) => length + 3,
    };
    const { runs, different } = await walkCosts(createCrowd(120, turning, 0), direction);
    expect({ runs, different }).toEqual({ runs: 150, different: 150 });
  });

  it("shows none twice and ends if half of it vanishes on the way", async () => {
    const world = createCrowd(240);
    const gone = new Set(world.runs.filter((run, index) => run.invokeId.startsWith("t-") && index % 2 === 0));
    const between = (): void => {
      world.runs = world.runs.filter((run) => !gone.has(run));
    };
    const { pages } = await walkAll(createGateway([world]), { size: 50, direction: 1, between });
    const seen = pages.flat().map((name) => name.split(" ")[2]);
    expect(world.runs.filter(({ invokeId }) => !seen.includes(invokeId))).toEqual([]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it.each([
    ["stays as long as it was", 1],
    ["grows by less than what came", 2],
  ])("is whole if runs of it that were known go while the list %s", async (_name, arriving) => {
    const random = createRandom(60);
    const world = createCrowd(60, { order: () => random() }, 45);
    const known = new Set<string>();
    let serial = 0;
    const between = (): void => {
      const gone = world.runs.find(({ invokeId }) => invokeId.startsWith("t-") && known.has(invokeId));
      if (gone === undefined || serial >= 4) return;
      const come = Array.from({ length: arriving }, () => {
        serial += 1;
        return createRun({ ...gone, invokeId: `come-${serial}`, creationTime: new Date(NOON + 500_000).toISOString() });
      });
      world.runs = [...come, ...world.runs.filter((run) => run !== gone)];
    };
    const gateway = createGateway([world]);
    gateway.store.onChange((changes) => {
      for (const { after } of changes) known.add(after.invokeId);
    });
    const { pages } = await walkAll(gateway, { size: 7, direction: 1, between });
    const seen = new Set(pages.flat().map((name) => name.split(" ")[2]));
    expect(world.runs.filter(({ invokeId }) => !seen.has(invokeId) && !invokeId.startsWith("come-"))).toEqual([]);
  });
});
