// What keepers cost: writing, pages, filters and counts, in memory, embedded and on a server (TEST_DATABASE_URL), each beside memory.
// How many runs: RUNS=100000 node --expose-gc --import tsx -C source bench/store.bench.ts
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, createMemoryStore, positionOf, type RunPageRequest, type RunStore } from "#store";
import { systemClock } from "../src/system-clock.ts";
import { at, ECS } from "../test/store/records.ts";
import { EXECUTIONS, RUNS, runOf } from "./many-runs.ts";

const PER_WRITE = 50;
const ASKED = 200;
const ALL = [{ source: ECS, after: null, before: null }];
/** Which are measured; KEEPERS=memory,server leaves out the embedded one, which fills slowly. */
const KEEPERS = (process.env.KEEPERS ?? "memory,embedded,server").split(",");

/** Milliseconds that one of `count` takes. */
async function time(count: number, one: (n: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < count; n += 1) await one(n);
  return (performance.now() - start) / count;
}

/** @param settle is done between writing and reading, as the gateway does from time to time */
async function measure(store: RunStore, settle = async () => {}): Promise<Readonly<Record<string, number>>> {
  const page = (parts: Partial<RunPageRequest>) =>
    store.readPage({
      stretches: ALL,
      query: {},
      direction: 1,
      limit: 50,
      projection: { output: false, content: false },
      ...parts,
    });
  const deep = (n: number) => [{ source: ECS, after: positionOf(runOf((n * 7_919) % RUNS)), before: null }];
  const write = await time(RUNS / PER_WRITE, (n) => {
    const runs = Array.from({ length: PER_WRITE }, (_, i) => runOf(n * PER_WRITE + i));
    return store.write({ source: ECS, readAt: systemClock.now(), runs });
  });
  await settle();
  const newest = Array.from({ length: PER_WRITE }, (_, i) => runOf(RUNS - 1 - i));
  const filter = (query: RunPageRequest["query"]) => time(ASKED, () => page({ query }));
  return {
    "write of 50 new runs": write,
    "write of 50 known runs": await time(ASKED, () =>
      store.write({ source: ECS, readAt: systemClock.now(), runs: newest }),
    ),
    "first page of 50": await time(ASKED, () => page({})),
    "deep page of 50": await time(ASKED, (n) => page({ stretches: deep(n) })),
    "page with outputs": await time(ASKED, (n) =>
      page({ stretches: deep(n), projection: { output: true, content: false } }),
    ),
    "page of a state": await filter({ statusIn: ["FAILED"] }),
    "page of a command": await filter({ commandName: "job 7" }),
    "page of an instance": await filter({ instanceId: "i-7" }),
    "page of failed servers": await filter({ instanceStatusIn: ["FAILED"] }),
    "page of a rare error": await filter({ errorCodeIn: ["DiskFull"] }),
    "page of exit codes": await filter({ exitCodeIn: [1, 2] }),
    "page of part of a name": await filter({ commandNameContains: "B 7" }),
    "page of no such name": await filter({ commandNameContains: "nobody" }),
    "page of old ends": await filter({ finishedBefore: at(1_000) }),
    "outputs of 250 to search": await time(ASKED, (n) =>
      store.readOutlines({ stretches: deep(n), query: {}, limit: 250, detail: "OUTPUTS" }),
    ),
    "count of a rare error": await time(20, () =>
      store.count({ stretches: ALL, query: { errorCodeIn: ["DiskFull"] } }),
    ),
    count: await time(20, () => store.count({ stretches: ALL, query: {} })),
  };
}

async function measureDatabase(url: string): Promise<Readonly<Record<string, number>>> {
  const holder = { host: "bench", processId: process.pid };
  const schema = `bench_${process.pid}`;
  const database = createDatabase({
    url,
    schema,
    clock: systemClock,
    holder,
    newContentKey: () => new Uint8Array(32),
    newId: randomUUID,
  });
  const start = performance.now();
  await database.prepare();
  const store = await database.open();
  const opened = performance.now() - start;
  try {
    const settle = async () => void (await store.prune({ runDays: 0, outputDays: 0 }));
    return { open: opened, ...(await measure(store, settle)) };
  } finally {
    await store.forget({ account: ECS.account });
    await store.close();
    await database.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));
try {
  const figures: Record<string, Readonly<Record<string, number>>> = {
    memory: await measure(createMemoryStore({ bytesMax: 4_000_000_000 })),
  };
  if (KEEPERS.includes("embedded")) figures.embedded = await measureDatabase(`file:${folder}`);
  const server = process.env.TEST_DATABASE_URL;
  if (server) figures.server = await measureDatabase(server);
  else console.log("TEST_DATABASE_URL is not set: no server was measured.");
  const keepers = Object.keys(figures);
  console.log(`${RUNS} runs with ${EXECUTIONS} executions each; milliseconds`);
  console.log([" ".repeat(24), ...keepers.map((keeper) => keeper.padStart(10))].join(""));
  for (const name of new Set(Object.values(figures).flatMap(Object.keys))) {
    const row = keepers.map((keeper) => (figures[keeper]?.[name]?.toFixed(2) ?? "").padStart(10));
    console.log([name.padEnd(24), ...row].join(""));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
