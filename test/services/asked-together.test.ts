import { expect, it } from "@jest/globals";
import { createView } from "#access";
import type { Operation, Projection } from "#domain";
import { createMemoryStore } from "#store";
import { createOperation } from "../support/operation.ts";
import { NEWEST, sourceAt } from "./support/fixed.ts";
import { createGateway, type Gateway } from "./support/gateway.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource } from "./support/world.ts";

type Services = Gateway["services"];
type Asked = Pick<Services, "readInvocations" | "readResults">;

const SOURCE = sourceAt(0);
const NOTHING: Projection = { output: false, content: false };
const OUTPUT: Projection = { output: true, content: false };
const SERVERS = Array.from({ length: 3 }, (_, server) => `i-${server}`);

/** 20 runs on three servers each, all over. */
const RUNS = Array.from({ length: 20 }, (_, serial) => {
  const invokeId = `t-${serial}`;
  const output = { bytes: Buffer.from("x"), droppedBytes: 0 };
  const instances = SERVERS.map((instanceId) => createItem({ source: SOURCE, invokeId, instanceId, output }));
  return createRun({ source: SOURCE, invokeId, creationTime: new Date(NEWEST - serial).toISOString(), instances });
});

/** A view of one role, whose rights depend on names of commands where some are given. */
function viewOf(commandNames: readonly string[] | null) {
  const sources = [{ account: "*", provider: null, regions: null }];
  return createView(new Map([["few", { may: ["runs", "outputs"] as const, sources, commandNames }]]));
}

const VIEWS = {
  everybody: (services: Services): Asked => services,
  "those who see every run": (services: Services): Asked => services.forView(viewOf(null)),
  "those who see some commands": (services: Services): Asked => services.forView(viewOf([RUNS[0]?.command.name ?? ""])),
};

/** Every second key wants less than the others. */
const projectionAt = (position: number): Projection => (position % 2 === 0 ? OUTPUT : NOTHING);

const askRuns = (services: Asked, operation: Operation) =>
  services.readInvocations(
    RUNS.map(({ source, invokeId }, position) => ({ source, invokeId, projection: projectionAt(position) })),
    OUTPUT,
    operation,
  );

const askResults = (services: Asked, operation: Operation) =>
  services.readResults(
    RUNS.flatMap(({ source, invokeId }, position) =>
      SERVERS.map((instanceId) => ({
        source,
        invokeId,
        instanceId,
        execution: null,
        projection: projectionAt(position),
      })),
    ),
    OUTPUT,
    operation,
  );

it.each<[string, keyof typeof VIEWS, typeof askRuns | typeof askResults, number, number]>([
  ["runs", "everybody", askRuns, 2, 20],
  ["runs", "those who see every run", askRuns, 2, 20],
  ["runs", "those who see some commands", askRuns, 2, 20],
  ["results", "everybody", askResults, 2, 60],
  ["results", "those who see every run", askResults, 2, 60],
  // Before each of them, another one tells the names of the commands.
  ["results", "those who see some commands", askResults, 4, 60],
])("%s are looked up for %s by one question for each projection", async (_kind, whose, ask, questions, answers) => {
  const store = createMemoryStore({ bytesMax: 1_000_000_000 });
  const asked: (readonly string[])[] = [];
  const readRuns: typeof store.readRuns = (refs, projection) => {
    asked.push(refs.map(({ invokeId }) => invokeId));
    return store.readRuns(refs, projection);
  };
  const { services } = createGateway([createWorldSource(SOURCE)], { store: { ...store, readRuns } });
  await store.write({ source: SOURCE, readAt: 1, runs: RUNS });
  const found = await ask(VIEWS[whose](services), createOperation());
  const ids = found.map((one) => (one instanceof Error ? one : one?.invokeId));
  expect(ids).toEqual(RUNS.flatMap(({ invokeId }) => Array.from({ length: answers / 20 }, () => invokeId)));
  expect(asked.length).toBe(questions);
});

it("thousands of results are told apart in many rounds of the event loop, and those of a run nobody knows by one look", async () => {
  const store = createMemoryStore({ bytesMax: 1_000_000_000 });
  let round = 0;
  let isOver = false;
  const count = (): void => {
    round += 1;
    if (!isOver) setImmediate(count);
  };
  let looks = 0;
  const readLooseResults: typeof store.readLooseResults = (ref) => {
    looks += 1;
    return store.readLooseResults(ref);
  };
  const servers = Array.from({ length: 500 }, (_, server) => `i-${server}`);
  const unknown = servers.map((instanceId) => createItem({ source: SOURCE, invokeId: "t-unknown", instanceId }));
  const runs = RUNS.slice(1).map((run) => ({
    ...run,
    instances: servers.map((instanceId) => createItem({ source: SOURCE, invokeId: run.invokeId, instanceId })),
  }));
  await store.write({
    source: SOURCE,
    readAt: 1,
    runs,
    results: unknown.map((one) => ({ ...one, execution: null })),
  });
  const { services } = createGateway([createWorldSource(SOURCE)], { store: { ...store, readLooseResults } });
  const refs = ["t-unknown", ...runs.map(({ invokeId }) => invokeId)].flatMap((invokeId) =>
    servers.map((instanceId) => ({ source: SOURCE, invokeId, instanceId, execution: null })),
  );
  setImmediate(count);
  const found = await services.readResults(refs, NOTHING, createOperation());
  isOver = true;
  const names = found.map((one) => (one instanceof Error ? one : `${one?.invokeId} ${one?.instanceId}`));
  expect(names).toEqual(refs.map(({ invokeId, instanceId }) => `${invokeId} ${instanceId}`));
  // 10,000 of them, 500 a step.
  expect([looks, round >= 19]).toEqual([1, true]);
});
