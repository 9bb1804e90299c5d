import { expect, it } from "@jest/globals";
import { ClientGoneError, type Operation } from "#domain";
import type { Services } from "#services";
import { createMemoryStore } from "#store";
import { createOperation } from "../support/operation.ts";
import { createFixedSource, NEWEST, sourceAt } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource } from "./support/world.ts";

type Ask = (services: Services, operation: Operation) => Promise<unknown>;

const NONE = { commandNameContains: "none" };
const SINCE = { ...NONE, createdAfter: "2020-01-01T00:00:00.000Z" };
const SINCE_ALL = { createdAfter: "2020-01-01T00:00:00.000Z" };
const BY_SERVER = { by: "INSTANCE", interval: null } as const;
const BY_STATUS = { by: "STATUS", interval: null } as const;

const count: Ask = (services, operation) => services.statistics(BY_STATUS, { ...NONE }, operation);
const countSince: Ask = (services, operation) => services.statistics(BY_STATUS, { ...SINCE }, operation);
const search: Ask = (services, operation) => services.searchOutputs({ text: "x" }, { ...NONE }, operation);
const searchAll: Ask = (services, operation) => services.searchOutputs({ text: "x" }, {}, operation);
const list: Ask = (services, operation) => services.pageInvocations({ first: 20 }, { ...NONE }, PLAIN, operation);
const sort: Ask = (services, operation) =>
  services.pageOrdered({ first: 20 }, "FINISH_TIME_DESC", { ...SINCE }, PLAIN, operation);
const listServers: Ask = (services, operation) => services.pageInstances({ first: 20 }, {}, operation);
const listResults: Ask = (services, operation) =>
  services.pageResults({ first: 20 }, { source: sourceAt(0), commandId: "c-none" }, PLAIN, operation);

const KINDS: readonly (readonly [string, Ask])[] = [
  ["statistics of all that is known", count],
  ["statistics since an instant", countSince],
  ["searches", search],
  ["lists", list],
  ["lists in another order", sort],
  ["lists of servers", listServers],
  ["lists of results", listResults],
];

/** An operation that counts its turns. */
function createCounting(overrides: Partial<Operation> = {}) {
  const turns = { count: 0 };
  const turn = async (): Promise<void> => {
    turns.count += 1;
  };
  return { turns, operation: createOperation({ turn, ...overrides }) };
}

it.each(KINDS)("each of the %s of an operation behind the first has a turn of its own", async (_kind, ask) => {
  const { services } = createGateway([createWorldSource(sourceAt(0))]);
  const { turns, operation } = createCounting();
  await ask(services, operation);
  const ofFirst = turns.count;
  await Promise.all([ask(services, operation), list(services, operation), ask(services, operation)]);
  expect([ofFirst, turns.count]).toEqual([0, 3]);
});

it.each<[string, Ask]>([
  ["statistics", count],
  ["searches", search],
  ["lists", list],
  [
    "totals",
    (services, operation) => services.pageInvocations({ first: 0 }, NONE, { ...PLAIN, totalCount: true }, operation),
  ],
])("%s look through memory in turns, and no further once a client has gone", async (_kind, ask) => {
  const { services, store } = createGateway([createWorldSource(sourceAt(0))]);
  const runs = Array.from({ length: 10_000 }, (_, serial) =>
    createRun({ source: sourceAt(0), invokeId: `t-${serial}`, creationTime: new Date(NEWEST - serial).toISOString() }),
  );
  await store.write({ source: sourceAt(0), readAt: 1, runs });
  const { turns, operation } = createCounting();
  await ask(services, operation);
  const whole = turns.count;
  const life = new AbortController();
  const ended = new ClientGoneError();
  turns.count = 0;
  const turn = async (): Promise<void> => {
    turns.count += 1;
    life.abort(ended);
  };
  await expect(ask(services, createOperation({ turn, signal: life.signal }))).rejects.toBe(ended);
  expect([whole >= 4, turns.count]).toEqual([true, 1]);
});

/** 100 runs on 300 servers each. */
const WIDE = Array.from({ length: 100 }, (_, serial) => {
  const invokeId = `t-${serial}`;
  const instances = Array.from({ length: 300 }, (__, server) =>
    createItem({ source: sourceAt(0), invokeId, instanceId: `i-${server}` }),
  );
  return createRun({ source: sourceAt(0), invokeId, creationTime: new Date(NEWEST - serial).toISOString(), instances });
});

it.each<[string, Ask]>([
  ["what is known", (services, operation) => services.statistics(BY_SERVER, {}, operation)],
  ["all since an instant", (services, operation) => services.statistics(BY_SERVER, { ...SINCE_ALL }, operation)],
  ["outputs", searchAll],
])("go through %s of runs on many servers in turns of 4,000 executions", async (_kind, ask) => {
  const own = createWorldSource(sourceAt(0));
  own.runs = WIDE;
  const store = createMemoryStore({ bytesMax: 1_000_000_000 });
  const read: number[] = [];
  const readOutlines: typeof store.readOutlines = async (request) => {
    const found = await store.readOutlines(request);
    read.push(found.outlines.reduce((sum, { executions }) => sum + executions.length, 0));
    return found;
  };
  const { services } = createGateway([own], { store: { ...store, readOutlines } });
  await services.statistics(BY_STATUS, { ...SINCE_ALL }, createOperation());
  read.length = 0;
  const { turns, operation } = createCounting();
  await ask(services, operation);
  const isBounded = read.every((executions) => executions <= 32 * 300);
  expect([turns.count >= 7, isBounded]).toEqual([true, true]);
});

it("tell equal outputs apart from others in turns of their operation", async () => {
  const { services, store } = createGateway([createWorldSource(sourceAt(0))]);
  const instances = Array.from({ length: 200 }, (_, server) => {
    const output = { bytes: Buffer.alloc(24_000, "all the same\n"), droppedBytes: 0 };
    return createItem({ source: sourceAt(0), invokeId: "t-1", instanceId: `i-${server}`, output });
  });
  const run = createRun({
    source: sourceAt(0),
    invokeId: "t-1",
    creationTime: new Date(NEWEST).toISOString(),
    instances,
  });
  await store.write({ source: sourceAt(0), readAt: 1, runs: [run] });
  const { turns, operation } = createCounting();
  await services.searchOutputs({ text: "x" }, {}, operation);
  expect(turns.count >= 3).toBe(true);
});

it("go on one after the other when the soft deadlines of many lists pass together", async () => {
  const [quick, slow] = [createFixedSource(0, 10), createFixedSource(1, 10)];
  slow.beforeCall = () => new Promise(() => {});
  const { services, clock } = createGateway([quick, slow], { softDeadlineMs: 1_500 });
  let passes = 0;
  const pass = async (): Promise<void> => {
    passes += 1;
  };
  const pages = Array.from({ length: 30 }, () =>
    services.pageInvocations({ first: 5 }, {}, PLAIN, createOperation({ pass })),
  );
  await clock.advance(1_000);
  const before = passes;
  for (let steps = 0; steps < 20; steps += 1) await clock.advance(100);
  const rows = (await Promise.all(pages)).map(({ edges }) => edges.length);
  expect([rows, passes - before]).toEqual([Array.from({ length: 30 }, () => 5), 30]);
});

it("look through nothing for a client that leaves while a list is read", async () => {
  const slow = createFixedSource(0, 10);
  slow.beforeCall = () => new Promise(() => {});
  const store = createMemoryStore({ bytesMax: 1_000_000 });
  let pages = 0;
  const readPage: typeof store.readPage = (request) => {
    pages += 1;
    return store.readPage(request);
  };
  const { services, clock } = createGateway([slow], { store: { ...store, readPage } });
  const life = new AbortController();
  const gone = new Error("The client has gone.");
  const page = list(services, createOperation({ signal: life.signal }));
  await clock.advance(100);
  life.abort(gone);
  await expect(page).rejects.toBe(gone);
  expect(pages).toBe(0);
});
