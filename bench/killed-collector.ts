import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { connectEmbedded, connectServer, type ServerConnections } from "../src/store/sql/connect.ts";
import { createEmbedded } from "../src/store/sql/embedded.ts";
import { createEmulator, createWorld, type Emulator } from "../test/support/emulator/index.ts";
import { type Gateway, startGateway } from "./gateway.ts";

const PLACE = ["ecs", "cn-hangzhou"] as const;
const SCHEMA = "cloud_assistant_gateway";
const PER_PAGE = 50;
/** Runs that come while nobody collects, so that the newest end has to be read on too. */
const ARRIVALS = 3;
/** Calls that a start may cost beyond the pages: where scheduled runs are listed, both ends once more, what goes on. */
const CALLS_PER_START = 12;
const A_SECOND_MS = 1_000;
const FOUND_WITHIN_MS = 120_000;

/** What collecting came to that was killed again and again. */
export interface KilledCollector {
  /** Kills after which something was wrong, as sentences. */
  readonly faults: readonly string[];
  /** Upstream calls, and how many are enough. */
  readonly calls: number;
  readonly callsMax: number;
}

/** Kills a gateway in the middle of collecting, so many times, and lets the last one come to an end. @param url an empty database */
export async function killCollectors(url: string, kills: number): Promise<KilledCollector> {
  const { emulator, times } = createScene(kills * 200);
  const old = times.size;
  const { url: upstream } = await emulator.start();
  const start = () =>
    startGateway({
      DATABASE_URL: url,
      RETENTION_DAYS: "0",
      COLLECT_QUOTA_SHARE: "1",
      UPSTREAM_QUOTA: "ecs=1000000",
      ECS_REGIONS: PLACE[1],
      ECS_ENDPOINT: upstream,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    });
  const faults: string[] = [];
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const before = (await readTables(url)).ids.size;
      const gateway = await start();
      const acknowledged = await collectUntil(
        gateway,
        ({ knownRuns }) => knownRuns >= Math.min(old, before + 40 + ((kill * 67) % 240)),
      );
      await gateway.stop("SIGKILL");
      const fault = findFault(await readTables(url), acknowledged, times);
      if (fault !== null) faults.push(`kill ${kill + 1}: ${fault}`);
      arrive(emulator, times);
    }
    const last = await start();
    // Newest ends are read every 30 s only; a reader who asks has them read at once.
    await last.ask("{ invocations(first: 1) { nodes { invokeId } } }");
    await collectUntil(last, ({ phase, knownRuns }) => phase === "COMPLETE" && knownRuns === times.size);
    await last.stop("SIGTERM");
    const { ids } = await readTables(url);
    const missing = [...times.keys()].filter((id) => !ids.has(id));
    if (missing.length > 0) faults.push(`at the end ${missing.length} runs are missing`);
    const pages = Math.ceil(times.size / PER_PAGE);
    return { faults, calls: emulator.calls.length, callsMax: pages + CALLS_PER_START * (kills + 1) };
  } finally {
    await emulator.stop();
  }
}

const wholeSecond = (ago: number): number => Math.floor(Date.now() / 1_000 - ago) * 1_000;

interface Scene {
  readonly emulator: Emulator;
  /** When each run was created. */
  readonly times: Map<string, number>;
}

/** Whole seconds, as the vendor tells times. */
function arrive({ world }: Emulator, times: Scene["times"]): void {
  const creationTime = wholeSecond(0);
  for (let n = 0; n < ARRIVALS; n += 1) times.set(world.addInvocation(...PLACE, { creationTime }), creationTime);
}

/** Three runs a second, some of which go on. */
function createScene(count: number): Scene {
  const invocations = Array.from({ length: count }, (_, n) => ({
    invokeId: `t-${n}`,
    creationTime: wholeSecond(60 + n / 3),
    ...(n % 100 === 0 ? { instances: [{ instanceId: "i-1", status: "Running" }] } : {}),
  }));
  const world = createWorld({ ecs: { [PLACE[1]]: { invocations } }, swas: {} });
  return {
    emulator: createEmulator({ world, keptCalls: 1_000_000 }),
    times: new Map(invocations.map(({ invokeId, creationTime }) => [invokeId, creationTime])),
  };
}

interface Backfill {
  readonly phase: string;
  readonly knownRuns: number;
}

/** Asks as a reader does until it is so; answers how many runs a reader was last told of. */
async function collectUntil({ ask, lines }: Gateway, isSo: (backfill: Backfill) => boolean): Promise<number> {
  const end = performance.now() + FOUND_WITHIN_MS;
  for (;;) {
    const { sources } = await ask<{ sources: { backfill: Backfill }[] }>(
      "{ sources { backfill { phase knownRuns } } }",
    );
    const backfill = sources[0]?.backfill;
    if (backfill !== undefined && isSo(backfill)) return backfill.knownRuns;
    if (performance.now() > end) throw new Error(`${JSON.stringify(backfill)} after two minutes: ${lines.join("\n")}`);
    await sleep(20);
  }
}

interface Tables {
  readonly ids: ReadonlySet<string>;
  /** What is claimed of the list of all runs, as of when its newest end was read. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  readonly readAt: number;
}

/** What is in the tables while no gateway runs, past everything that a gateway would make of it. */
async function readTables(url: string): Promise<Tables> {
  const { db, close } = connect(url);
  try {
    if (!(await hasTables(db))) return { ids: new Set(), spans: [], readAt: 0 };
    const tables = db.withSchema(SCHEMA);
    const runs = await tables.selectFrom("run").select("invoke_id").execute();
    const lists = await tables
      .selectFrom("list")
      .select(["spans", "read_at"])
      .where("list_key", "=", "invocations")
      .execute();
    return {
      ids: new Set(runs.map(({ invoke_id }) => invoke_id)),
      spans: lists.flatMap(({ spans }) => spans as Tables["spans"]),
      readAt: lists[0]?.read_at ?? 0,
    };
  } finally {
    await close();
  }
}

function connect(url: string): Pick<ServerConnections, "db" | "close"> {
  if (!url.startsWith("file:")) return connectServer(url);
  const embedded = createEmbedded(`${url.slice("file:".length)}/postgres`);
  const db = connectEmbedded(embedded);
  return {
    db,
    async close() {
      await db.destroy();
      await embedded.close();
    },
  };
}

async function hasTables(db: ServerConnections["db"]): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`select to_regclass(${`${SCHEMA}.list`}) is not null as known`.execute(
    db,
  );
  return rows[0]?.known === true;
}

/** Says what is wrong: something that a reader was told of is not there, or coverage claims what is not there. */
function findFault({ ids, spans, readAt }: Tables, acknowledged: number, times: Scene["times"]): string | null {
  if (ids.size < acknowledged) return `${acknowledged} runs were told of, ${ids.size} are there`;
  if (spans.length === 0) return "nothing is claimed, although runs were read";
  const claimed = (time: number): boolean =>
    time < readAt - A_SECOND_MS && spans.some(({ from, to }) => to < time && time <= from);
  const missing = [...times].filter(([invokeId, time]) => claimed(time) && !ids.has(invokeId));
  return missing.length === 0 ? null : `${missing.length} runs are claimed and not there`;
}
