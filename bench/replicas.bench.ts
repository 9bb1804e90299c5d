/**
 * Gateways in processes of their own on one PostgreSQL and one emulator: what 1, 2 and 4 of them ask the upstream while the same
 * is watched and read at each; how long a watcher elsewhere waits after the one that looks is killed; whether any minute holds
 * more calls than the quota. Fails if replicas ask more than 1.25 times what one asks, a killed one is missed for 10 s, an event takes
 * longer than 1.5 intervals, or a call goes over the quota. Needs TEST_DATABASE_URL; MINUTES=1 says how long the quota is tried.
 * POOLER=pgbouncer puts PgBouncer in transaction mode between the gateways and the server.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createOwnDatabase } from "../test/support/database.ts";
import { createEmulator, createWorld, type Emulator } from "../test/support/emulator/index.ts";
import { TRANSPORTS } from "../test/support/live.ts";
import { median } from "./load.ts";
import { hasPgBouncer, type Pooler, startPgBouncer } from "./pooler.ts";

const PLACE = ["ecs", "cn-hangzhou"] as const;
const INTERVAL_MS = 1_000;
const WATCH_S = 15;
/** Where the quota is not what is measured. */
const AMPLE = { UPSTREAM_QUOTA: "ecs=100000" };
const MINUTES = Number(process.env.MINUTES ?? 1);
const LIST = "{ invocations(first: 20) { nodes { id invokeId status } } }";
const WATCH_LIST = "subscription { invocationsChanged { entered { invokeId } changed { invokeId status } } }";
const WATCH_RUN = "subscription ($id: ID!) { invocationUpdated(id: $id) { status } }";

/** What lies between the gateways and the server; null for nothing. */
let pooler: Pooler | null = null;

interface Gateway {
  readonly url: string;
  readonly process: ChildProcess;
  ask(
    query: string,
  ): Promise<{ data?: { invocations?: { nodes: { id: string; invokeId: string; status: string }[] } } }>;
  holds(duty: string): Promise<boolean>;
  stop(signal: NodeJS.Signals): Promise<void>;
}

async function startGateway(env: Record<string, string>): Promise<Gateway> {
  const child = spawn(process.execPath, ["dist/main.js"], {
    env: {
      PATH: process.env.PATH ?? "",
      PORT: "0",
      ECS_REGIONS: "cn-hangzhou",
      CURSOR_KEYS: "a key of the bench",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
    if (msg !== "ready" || url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      process: child,
      async ask(query) {
        const headers = { "content-type": "application/json" };
        return (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json() as never;
      },
      async holds(duty) {
        const text = await (await fetch(new URL("/metrics", url))).text();
        return !text.includes(`gateway_leases_held{duty="${duty}"} 0`);
      },
      async stop(signal) {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, "exit");
        child.kill(signal);
        await ended;
      },
    };
  }
  throw new Error("The gateway did not start.");
}

function createScene(): Emulator {
  // Young ones: what is older than the retention is let go of, and read anew.
  const running = (_: unknown, n: number) => ({
    invokeId: `t-${n}`,
    creationTime: new Date(Date.now() - n * 60_000).toISOString(),
    instances: [{ instanceId: `i-${n}`, status: "Running" as const }],
  });
  const world = createWorld({ ecs: { "cn-hangzhou": { invocations: Array.from({ length: 20 }, running) } }, swas: {} });
  return createEmulator({ world });
}

/** Starts so many gateways on an emulator and an empty database, and ends all of it after `use`. */
async function withGateways<Found>(
  server: string,
  count: number,
  env: Record<string, string>,
  use: (gateways: readonly Gateway[], emulator: Emulator, start: () => Promise<Gateway>) => Promise<Found>,
): Promise<Found> {
  const database = await createOwnDatabase(server);
  const databaseUrl = pooler?.through(database.url) ?? database.url;
  const emulator = createScene();
  const { url } = await emulator.start();
  const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: "testid", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret" };
  const gateways: Gateway[] = [];
  const start = async (): Promise<Gateway> => {
    const gateway = await startGateway({ DATABASE_URL: databaseUrl, ECS_ENDPOINT: url, ...keys, ...env });
    gateways.push(gateway);
    return gateway;
  };
  try {
    for (let n = 0; n < count; n += 1) await start();
    return await use(gateways, emulator, start);
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop("SIGKILL")));
    await emulator.stop();
    await database.drop();
  }
}

/** Watches the list and every run of it. */
async function watchAll({ url, ask }: Gateway) {
  const { data } = await ask(LIST);
  const runs = (data?.invocations?.nodes ?? []).filter(({ status }) => status === "RUNNING");
  const watch = TRANSPORTS.websocket;
  const list = watch(url, { query: WATCH_LIST });
  list.end.catch(() => {});
  const watchers = [list, ...runs.map(({ id }) => watch(url, { query: WATCH_RUN, variables: { id } }))];
  await Promise.all(watchers.map((one) => one.reached(1)));
  return { list, leave: () => Promise.all(watchers.map((one) => one.leave())) };
}

/** Upstream calls a second while each gateway has all watched and is read every second. */
function measureCalls(server: string, count: number): Promise<number> {
  return withGateways(server, count, AMPLE, async (gateways, emulator) => {
    const watched = [];
    for (const gateway of gateways) watched.push(await watchAll(gateway));
    await sleep(2_000);
    emulator.clearCalls();
    for (let second = 0; second < WATCH_S; second += 1) {
      await Promise.all([sleep(1_000), ...gateways.map(({ ask }) => ask(LIST))]);
      emulator.world.finishInvocation(...PLACE, `t-${second}`);
    }
    const calls = emulator.calls.filter(({ parameters }) => parameters.Timed === undefined).length;
    for (const { leave } of watched) await leave();
    return calls / WATCH_S;
  });
}

/** Milliseconds until a watcher at another gateway hears of a new run: while all is well, and of one that came as the holder died. */
function measureEvents(server: string) {
  return withGateways(server, 3, AMPLE, async (gateways, emulator) => {
    const watched = new Map<Gateway, Awaited<ReturnType<typeof watchAll>>>();
    for (const gateway of gateways) watched.set(gateway, await watchAll(gateway));
    await sleep(3_000);
    let holder: Gateway | undefined;
    for (const gateway of gateways) if (await gateway.holds("list")) holder = gateway;
    const other = gateways.find((gateway) => gateway !== holder);
    const list = other && watched.get(other)?.list;
    if (holder === undefined || list === undefined) throw new Error("Nobody looks after the list.");
    const hear = async (): Promise<number> => {
      const invokeId = emulator.world.addInvocation(...PLACE, {
        instances: [{ instanceId: "i-1", status: "Running" }],
      });
      const since = performance.now();
      while (!list.results.some((result) => JSON.stringify(result).includes(`"${invokeId}"`))) await sleep(5);
      return performance.now() - since;
    };
    const usual: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      usual.push(await hear());
      await sleep(137 * n);
    }
    await holder.stop("SIGKILL");
    return { usual, afterKill: await hear() };
  });
}

/** Most calls of one action within 60 s while four gateways are asked for more than the quota, and a fifth comes meanwhile. */
function measureQuota(server: string, callsPerMinute: number) {
  const env = { UPSTREAM_QUOTA: `ecs=${callsPerMinute}`, FRESHNESS_MS: "0" };
  return withGateways(server, 4, env, async (gateways, emulator, start) => {
    const end = performance.now() + MINUTES * 60_000 + 15_000;
    const ask = async ({ ask: one }: Gateway): Promise<void> => {
      while (performance.now() < end) await Promise.all([sleep(100), one(LIST).catch(() => {})]);
    };
    const asking = gateways.slice(0, 3).map(ask);
    await sleep(10_000);
    await gateways[3]?.stop("SIGKILL");
    asking.push(ask(await start()));
    await Promise.all(asking);
    const times = new Map<string, number[]>();
    for (const { action, at } of emulator.calls) times.set(action, [...(times.get(action) ?? []), at]);
    const mostOf = (all: readonly number[]) =>
      Math.max(0, ...all.map((from) => all.filter((at) => at >= from && at < from + 60_000).length));
    return Math.max(...[...times.values()].map(mostOf));
  });
}

async function measureAll(server: string): Promise<boolean> {
  const alone = await measureCalls(server, 1);
  console.log(`replicas: 1 gateway asks ${alone.toFixed(2)} calls a second`);
  let isWithin = true;
  for (const count of [2, 4]) {
    const ratio = (await measureCalls(server, count)) / alone;
    isWithin &&= ratio <= 1.25;
    console.log(`replicas: ${count} gateways ask ${ratio.toFixed(2)} times as much`);
  }
  const { usual, afterKill } = await measureEvents(server);
  isWithin &&= Math.max(...usual) <= 1.5 * INTERVAL_MS && afterKill <= 10_000;
  console.log(
    `replicas: an event elsewhere takes ${(median(usual) / INTERVAL_MS).toFixed(2)} intervals, at most ${(Math.max(...usual) / INTERVAL_MS).toFixed(2)};` +
      ` ${(afterKill / 1_000).toFixed(1)} s after the one that looks was killed`,
  );
  for (const quota of [10, 60]) {
    const most = await measureQuota(server, quota);
    isWithin &&= most <= quota;
    console.log(`replicas: at most ${most} calls in any 60 s of a quota of ${quota}`);
  }
  return isWithin;
}

const server = process.env.TEST_DATABASE_URL;
const isPooled = process.env.POOLER === "pgbouncer";
let isWithin = true;
if (!server) console.log("TEST_DATABASE_URL is not set: no replicas were looked at.");
else if (isPooled && !hasPgBouncer()) {
  console.log("PgBouncer is not installed: no replicas were looked at behind it.");
  isWithin = false;
} else {
  if (isPooled) pooler = await startPgBouncer(server);
  console.log(`replicas: ${isPooled ? "behind PgBouncer in transaction mode" : "on the server itself"}`);
  isWithin = await measureAll(server).finally(() => pooler?.stop());
}
process.exit(isWithin ? 0 : 1);
