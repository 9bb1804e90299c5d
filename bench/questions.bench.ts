// What questions cost through a gateway whose PostgreSQL holds many runs: a process of its own, asked over HTTP, one question at a time.
// RUNS=100000 LINES=400 TEST_DATABASE_URL=postgres://… npm run bench -- questions
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import pg from "pg";
import { createDatabase, LIST_END, LIST_HEAD, type RunStore } from "#store";
import { systemClock } from "../src/system-clock.ts";
import { at, ECS } from "../test/store/records.ts";
import { createOwnDatabase } from "../test/support/database.ts";
import { createEmulator, createWorld } from "../test/support/emulator/index.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { median } from "./load.ts";
import { RUNS, runOf } from "./many-runs.ts";

const PER_WRITE = 50;
const ASKED = 9;
/** A tick of the processor times that Linux tells. */
const TICK_MS = 10;
/** The limits of the store's design: a page, and what goes through everything. */
const PAGE_MS = 300;
const SCAN_MS = 5_000;

const SINCE = `createdAfter: "${at(RUNS - 5_000)}"`;
const list = (args: string, fields = "nodes { invokeId }"): string =>
  `{ invocations(first: 50, ${args}) { ${fields} } }`;
const filter = (text: string): string => list(`filter: { ${text} }`);
const search = (args: string): string =>
  `{ searchOutputs(${args}) { searchedOutputs nodes { line } pageInfo { hasNextPage } } }`;
const statistics = (args: string): string => `{ statistics(${args}) { key count } }`;

const PAGES: Readonly<Record<string, string>> = {
  "newest page": list("filter: {}"),
  "newest page with executions": list(
    "last: null",
    "nodes { invokeId instanceInvocations { nodes { status exitCode } } }",
  ),
  "newest page with outputs": list(
    "filter: {}",
    "nodes { instanceInvocations { nodes { result { output { text } } } } }",
  ),
  "oldest page": "{ invocations(last: 50) { nodes { invokeId } } }",
  "total count": list("filter: {}", "totalCount"),
  "count of a filter": list(`filter: { commandName: "job 7" }`, "totalCount"),
  invokeId: filter(`invokeId: "t-${RUNS / 2}"`),
  commandId: filter(`commandId: "c-7"`),
  commandName: filter(`commandName: "job 7"`),
  "commandName of none": filter(`commandName: "nobody"`),
  commandType: filter("commandType: RUN_SHELL_SCRIPT"),
  instanceId: filter(`instanceId: "i-7"`),
  timed: filter("timed: true"),
  tags: filter(`tags: [{ key: "k", value: "v" }]`),
  resourceGroupId: filter(`resourceGroupId: "rg-1"`),
  statusIn: filter("statusIn: [FAILED]"),
  "statusIn of none": filter("statusIn: [STOPPED]"),
  created: filter(`createdAfter: "${at(RUNS / 2)}", createdBefore: "${at(RUNS / 2 + 500)}"`),
  instanceStatusIn: filter("instanceStatusIn: [FAILED]"),
  "instanceStatusIn of none": filter("instanceStatusIn: [INVALID]"),
  commandNameContains: filter(`commandNameContains: "B 7"`),
  "commandNameContains of none": filter(`commandNameContains: "nobody"`),
  errorCodeIn: filter(`errorCodeIn: ["DiskFull"]`),
  "errorCodeIn of none": filter(`errorCodeIn: ["Nothing"]`),
  exitCodeIn: filter("exitCodeIn: [1, 2]"),
  "exitCodeIn of none": filter("exitCodeIn: [77]"),
  finishedBefore: filter(`finishedBefore: "${at(1_000)}"`),
  finishedAfter: filter(`finishedAfter: "${at(RUNS * 2)}"`),
  repeatModeIn: filter(`repeatModeIn: ["Period"]`),
  FINISH_TIME_DESC: list(`orderBy: FINISH_TIME_DESC, filter: { ${SINCE} }`),
  DURATION_DESC: list(`orderBy: DURATION_DESC, filter: { ${SINCE} }`),
};

const SCANS: Readonly<Record<string, string>> = {
  "search, hits at once": search(`text: "line of"`),
  "search, rare": search(`text: "line of ${RUNS / 2}"`),
  "search, of none": search(`text: "nobody prints this"`),
  "search, pattern": search(`pattern: "nobody (prints|says) th.s"`),
  "statistics of all": statistics("by: NONE"),
  "statistics by command": statistics("by: COMMAND"),
  "statistics by server": statistics("by: INSTANCE"),
  "statistics by day": statistics("by: DAY"),
  "statistics since": statistics(`by: STATUS, filter: { createdAfter: "${at(0)}" }`),
};

async function fill(url: string): Promise<void> {
  const holder = { host: "bench", processId: process.pid };
  const database = createDatabase({
    url,
    clock: systemClock,
    holder,
    newContentKey: () => new Uint8Array(32),
    newId: randomUUID,
  });
  const store = await database.open();
  for (let n = 0; n < RUNS; n += PER_WRITE) {
    const runs = Array.from({ length: PER_WRITE }, (_, i) => runOf(n + i));
    await store.write({ source: ECS, readAt: systemClock.now(), runs });
  }
  await claimWhole(store);
  await store.close();
  await database.close();
}

/** The list of all runs is known to its end and was read just now, so nothing is read but what the database holds. */
async function claimWhole(store: RunStore): Promise<void> {
  const key = "invocations";
  const { basis } = await store.readList(ECS, key);
  const record = { spans: [{ from: LIST_HEAD, to: LIST_END }], readAt: systemClock.now(), notes: null, basis };
  await store.write({ source: ECS, readAt: systemClock.now(), list: { key, record } });
}

/** Milliseconds of processor time that processes have taken, of those that are on this machine. */
function processorMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    } catch {
      return sum;
    }
  }, 0);
}

/** What one question costs on the average; wall time says little on a busy machine. */
async function measure(gateway: Gateway, backends: () => Promise<readonly number[]>, query: string, times: number) {
  const walls: number[] = [];
  const pids = [gateway.process.pid ?? 0];
  const before = [processorMs(pids), processorMs(await backends())] as const;
  for (let n = 0; n < times; n += 1) {
    const start = performance.now();
    // Another question each time: answers are remembered.
    await gateway.ask(query.replace("first: 50", `first: ${50 - n}`));
    walls.push(performance.now() - start);
  }
  const own = (processorMs(pids) - before[0]) / times;
  return { wall: median(walls), own, server: (processorMs(await backends()) - before[1]) / times };
}

const server = process.env.TEST_DATABASE_URL;
if (!server) {
  console.log("TEST_DATABASE_URL is not set: nothing was measured.");
} else {
  const own = process.env.KEPT_DATABASE ? null : await createOwnDatabase(server);
  const url = own?.url ?? String(process.env.KEPT_DATABASE);
  const emulator = createEmulator({ world: createWorld({ ecs: { [ECS.regionId]: { invocations: [] } }, swas: {} }) });
  const upstream = (await emulator.start()).url;
  if (own !== null || process.env.FILL) await fill(url);
  const gateway = await startGateway({
    ECS_REGIONS: ECS.regionId,
    ECS_ENDPOINT: upstream,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    DATABASE_URL: url,
    COLLECT: "off",
    RETENTION_DAYS: "0",
    RETENTION_OUTPUT_DAYS: "0",
    FRESHNESS_MS: "3600000",
    OPERATION_DEADLINE_MS: "60000",
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const backends = async (): Promise<readonly number[]> => {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database()",
    );
    return rows.map(({ pid }) => pid);
  };
  try {
    const limits = `* is over ${PAGE_MS}, of scans ${SCAN_MS}`;
    console.log(`${RUNS} runs; milliseconds of a question; processor time of gateway and PostgreSQL; ${limits}`);
    for (const [questions, limit, times] of [
      [PAGES, PAGE_MS, ASKED],
      [SCANS, SCAN_MS, 2],
    ] as const) {
      for (const [name, query] of Object.entries(questions)) {
        const { wall, own, server } = await measure(gateway, backends, query, times);
        const figures = [wall, own, server].map((ms) => ms.toFixed(1).padStart(9)).join("");
        console.log(`${name.padEnd(28)}${figures} ${own + server > limit ? "*" : ""}`);
      }
    }
    const resident = /^process_resident_memory_bytes (\S+)$/m.exec(await gateway.read("/metrics"))?.[1];
    console.log(`resident memory ${Math.round(Number(resident) / 1e6)} MB`);
  } finally {
    await client.end();
    await gateway.stop("SIGTERM");
    await emulator.stop();
    await own?.drop();
  }
}
