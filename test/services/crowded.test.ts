import { describe, expect, it } from "@jest/globals";
import { InputError } from "#domain";
import { createOperation } from "../support/operation.ts";
import { createGateway, type Gateway, PLAIN, walkAll } from "./support/gateway.ts";
import { createRun } from "./support/records.ts";
import { createRandom, createWorldSource, type WorldSource } from "./support/world.ts";

const SOURCE = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
const NOON = Date.UTC(2026, 0, 2, 12);
const CROWDED = new Date(NOON).toISOString();

/** A list with `count` runs in one second, 30 newer and 30 older ones, each in a second of its own. */
function createCrowd(count: number, { isShuffled = false, newer = 30 } = {}): WorldSource {
  const random = createRandom(count);
  const alone = (name: string, seconds: number) =>
    createRun({ source: SOURCE, invokeId: name, creationTime: new Date(NOON - seconds * 1_000).toISOString() });
  const runs = [
    ...Array.from({ length: newer }, (_, index) => alone(`newer-${index}`, index - 100)),
    ...Array.from({ length: count }, (_, index) =>
      createRun({
        source: SOURCE,
        invokeId: `t-${String((index * 7_919) % 10_007).padStart(5, "0")}`,
        creationTime: CROWDED,
      }),
    ),
    ...Array.from({ length: 30 }, (_, index) => alone(`older-${index}`, index + 100)),
  ];
  return createWorldSource(SOURCE, { runs, ...(isShuffled ? { order: () => random() } : {}) });
}

async function walkCosts(world: WorldSource, direction: 1 | -1) {
  const calls: number[] = [];
  const between = (): number => calls.push(world.calls.splice(0).length);
  const { pages } = await walkAll(createGateway([world]), { size: 50, direction, between });
  between();
  const seen = pages.flat();
  return { calls, runs: seen.length, different: new Set(seen).size };
}

async function readPage(gateway: Gateway, after: string | null) {
  await gateway.clock.advance(2_000);
  return gateway.services.pageInvocations({ first: 50, after }, {}, PLAIN, createOperation());
}

describe("a second with more runs than a window holds", () => {
  it.each([
    ["300 runs, forwards", 300, 1, [8, 0, 0, 0, 0, 0, 1, 1]],
    ["300 runs, backwards", 300, -1, [10, 0, 0, 0, 0, 0, 1, 1]],
    ["60 runs, forwards", 60, 1, [2, 1, 1]],
    ["40 runs, that two windows hold", 40, 1, [2, 1]],
  ] as const)("is read once, and not once a page: %s", async (_name, count, direction, calls) => {
    expect(await walkCosts(createCrowd(count), direction)).toEqual({ calls, runs: count + 60, different: count + 60 });
  });

  it.each([
    ["forwards", 1],
    ["backwards", -1],
  ] as const)("is read whole where its order changes at every call, %s", async (_name, direction) => {
    const { calls, ...rest } = await walkCosts(createCrowd(400, { isShuffled: true }), direction);
    expect({ ...rest, behind: calls.slice(1) }).toEqual({
      runs: 460,
      different: 460,
      behind: [0, 0, 0, 0, 0, 0, 0, 1, 1],
    });
  });

  it("is read again while one of its runs is still running", async () => {
    const world = createCrowd(120);
    world.runs = world.runs.map((run) => (run.invokeId === "t-00000" ? { ...run, status: "RUNNING" } : run));
    expect(await walkCosts(world, 1)).toEqual({ calls: [4, 4, 4, 1], runs: 180, different: 180 });
  });

  it("is read again by a walk that begins anew", async () => {
    const world = createCrowd(120, { newer: 0 });
    const gateway = createGateway([world]);
    const first = await readPage(gateway, null);
    world.runs = [...world.runs, createRun({ source: SOURCE, invokeId: "t-99999", creationTime: CROWDED })];
    const seen: string[] = [];
    for (let after: string | null = null, isMore = true; isMore; ) {
      const page = await readPage(gateway, after);
      seen.push(...page.edges.map(({ node }) => node.invokeId));
      after = page.endCursor();
      isMore = page.hasNextPage;
    }
    expect({ first: first.edges.length, runs: seen.length, hasNew: seen.includes("t-99999") }).toEqual({
      first: 50,
      runs: 151,
      hasNew: true,
    });
  });

  it("is left where it ends now, though runs have come meanwhile", async () => {
    const world = createCrowd(120);
    const gateway = createGateway([world]);
    const first = await readPage(gateway, null);
    const second = await readPage(gateway, first.endCursor());
    const newest = Array.from({ length: 40 }, (_, index) =>
      createRun({
        source: SOURCE,
        invokeId: `new-${index}`,
        creationTime: new Date(NOON + 900_000 + index).toISOString(),
      }),
    );
    world.runs = [...world.runs, ...newest];
    world.calls.length = 0;
    const third = await readPage(gateway, second.endCursor());
    const fourth = await readPage(gateway, third.endCursor());
    expect({ runs: [third, fourth].map(({ edges }) => edges.length), calls: world.calls }).toEqual({
      runs: [50, 30],
      calls: ["list 4/49", "list 5/47"],
    });
  });

  it("is read by another process from the cursor alone", async () => {
    const world = createCrowd(120);
    const first = await readPage(createGateway([world]), null);
    world.calls.length = 0;
    const second = await readPage(createGateway([world]), first.endCursor());
    const crowd = world.runs.map(({ invokeId }) => invokeId).filter((id) => id.startsWith("t-"));
    expect({ ids: second.edges.map(({ node }) => node.invokeId), calls: world.calls.length }).toEqual({
      ids: crowd.sort().slice(20, 70),
      calls: 4,
    });
  });

  it("cuts no page short, whatever it takes", async () => {
    const world = createCrowd(300, { isShuffled: true });
    const page = await createGateway([world]).services.pageInvocations({ last: 100 }, {}, PLAIN, createOperation());
    expect({ runs: page.edges.length, isScanComplete: page.isScanComplete }).toEqual({
      runs: 100,
      isScanComplete: true,
    });
  });

  it("does not hide from a later walk what came to match since somebody read it", async () => {
    const world = createCrowd(25);
    const gateway = createGateway([world]);
    await readPage(gateway, null);
    world.runs = [...world.runs, createRun({ source: SOURCE, invokeId: "t-99999", creationTime: CROWDED })];
    const { pages } = await walkAll(gateway, { size: 10, direction: 1 });
    expect(new Set(pages.flat()).size).toBe(86);
  });

  it("is forgotten with its last run, and the walk goes on", async () => {
    const world = createCrowd(120);
    const gateway = createGateway([world]);
    const first = await readPage(gateway, null);
    world.runs = world.runs.filter(({ invokeId }) => !invokeId.startsWith("t-"));
    const second = await readPage(createGateway([world]), first.endCursor());
    expect(second.edges.map(({ node }) => node.invokeId)).toEqual(
      Array.from({ length: 30 }, (_, index) => `older-${index}`),
    );
  });

  it.each([
    ["forwards", 1],
    ["backwards", -1],
  ] as const)(
    "is read whole where its order turns round at every call and the list says that it is longer, %s",
    async (_name, direction) => {
      const world = createCrowd(120, { newer: 0 });
      world.order = (run, call) => (call % 2 === 0 ? run.invokeId : [...run.invokeId].reverse().join(""));
      world.tellTotal = (length) => length + 3;
      const { runs, different } = await walkCosts(world, direction);
      expect({ runs, different }).toEqual({ runs: 150, different: 150 });
    },
  );

  it("is read once by a page that three sources share", async () => {
    const regions = ["cn-a", "cn-b", "cn-c"].map((regionId) => ({ ...SOURCE, regionId }));
    for (const direction of [1, -1] as const) {
      const worlds = regions.map((source) => {
        const runs = createCrowd(120).runs.map((run) => ({ ...run, source }));
        return createWorldSource(source, { runs });
      });
      const calls: number[] = [];
      const between = (): number => calls.push(worlds.flatMap((world) => world.calls.splice(0)).length);
      const { pages } = await walkAll(createGateway(worlds), { size: 100, direction, between });
      expect({ direction, runs: new Set(pages.flat()).size, calls: calls.slice(1, 3) }).toEqual({
        direction,
        runs: 540,
        calls: [0, 0],
      });
    }
  });

  it("fails one source for a page where the operation may not call as often as all need, and the next pages go on", async () => {
    const regions = ["cn-a", "cn-b", "cn-c"].map((regionId) => ({ ...SOURCE, regionId }));
    const random = createRandom(7);
    const worlds = regions.map((source) =>
      createWorldSource(source, {
        runs: createCrowd(120, { newer: 0 }).runs.map((run) => ({ ...run, source })),
        order: random,
      }),
    );
    const gateway = createGateway(worlds);
    const seen: string[] = [];
    const failures: unknown[] = [];
    let after: string | null = null;
    for (let pages = 0, isMore = true; isMore && pages < 20; pages += 1) {
      let spent = 0;
      const spend = (): void => {
        spent += 1;
        if (spent > 50) throw new InputError("COST_LIMIT_EXCEEDED", "Too many calls.");
      };
      await gateway.clock.advance(2_000);
      const operation = createOperation({ meter: { spend, addCached: () => {}, addSaved: () => {} } });
      const page = await gateway.services.pageInvocations({ first: 50, after }, {}, PLAIN, operation);
      seen.push(...page.edges.map(({ node }) => `${node.source.regionId} ${node.invokeId}`));
      failures.push(...page.sources.flatMap(({ error }) => error?.code ?? []));
      after = page.endCursor();
      isMore = page.hasNextPage;
    }
    expect({ seen: seen.length, different: new Set(seen).size, failures: [...new Set(failures)] }).toEqual({
      seen: 450,
      different: 450,
      failures: ["THROTTLED"],
    });
  });
});
