/** Ten thousand who watch one run and a thousand who watch one list, at one gateway. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmulator, createWorld, type Emulator } from "../../test/support/emulator/index.ts";
import { median, percentile } from "../load.ts";
import type { Found, Opening, Subscribed } from "./messages.ts";
import { type BareServer, type Crowd, type Gateway, startBareServer, startCrowd, startGateway } from "./processes.ts";
import type { Verdicts } from "./verdict.ts";

/** SOCKETS=100 looks faster, and at less. */
const SOCKETS = Number(process.env.SOCKETS ?? 1_000);
const RUN_WATCHERS_A_SOCKET = 10;
const ADDRESSES = 10;
const SERVERS = 50;
const ROUNDS = Number(process.env.ROUNDS ?? 20);
const MB = 1_048_576;
const PLACE = ["ecs", "cn-hangzhou"] as const;
const WATCHED = "t-watched";

const WATCH_RUN = readFileSync(new URL("../../schema/subscriptions/watch-run.graphql", import.meta.url), "utf8");
const WATCH_LIST = readFileSync(new URL("../../schema/subscriptions/watch-list.graphql", import.meta.url), "utf8");

interface Scene {
  readonly verdicts: Verdicts;
  readonly emulator: Emulator;
  readonly gateway: Gateway;
  readonly runId: string;
}

/** Measures all of it. */
export async function measureCrowd(verdicts: Verdicts): Promise<void> {
  const emulator = createEmulator({ world: createScene() });
  const { url } = await emulator.start();
  const gateway = await startGateway({
    ECS_REGIONS: "cn-hangzhou",
    ECS_ENDPOINT: url,
    UPSTREAM_QUOTA: "ecs=100000",
    WATCH_MAX_INTERVAL_MS: "1000",
    WATCH_MAX_WATCHERS: "20000",
  });
  try {
    const { lookup } = await gateway.ask<{ lookup: { id: string } }>(
      `{ lookup(by: { invokeId: "${WATCHED}" }) { id } }`,
    );
    const scene = { verdicts, emulator, gateway, runId: lookup.id };
    const alone = await countAlone(scene);
    await withCrowd(async (crowd) => measureTogether(scene, crowd, alone));
  } finally {
    await gateway.stop();
    await emulator.stop();
  }
}

function createScene() {
  const instances = Array.from({ length: SERVERS }, (_, n) => ({ instanceId: `i-${n}`, status: "Running" }));
  const others = Array.from({ length: 60 }, (_, n) => ({ invokeId: `t-${n}`, instances: [`i-${n % SERVERS}`] }));
  return createWorld({ ecs: { "cn-hangzhou": { invocations: [{ invokeId: WATCHED, instances }, ...others] } } });
}

async function withCrowd(use: (crowd: Crowd) => Promise<void>): Promise<void> {
  const crowd = startCrowd();
  try {
    await use(crowd);
  } finally {
    await crowd.stop();
  }
}

/** Upstream calls a second while one watches the run and one the list. */
async function countAlone({ emulator, gateway, runId }: Scene): Promise<number> {
  let calls = 0;
  await withCrowd(async (crowd) => {
    await crowd.tell({ ...openingOf(gateway.url, runId), sockets: 1, operations: [runOf(runId), listOf(null)] });
    calls = await countCalls(emulator);
  });
  return calls;
}

async function countCalls(emulator: Emulator): Promise<number> {
  const seconds = 5;
  await sleep(2_000);
  emulator.clearCalls();
  await sleep(seconds * 1_000);
  return emulator.calls.filter(({ parameters }) => parameters.Timed === undefined).length / seconds;
}

const runOf = (id: string): Subscribed => ({ query: WATCH_RUN, variables: { id } });
const listOf = (after: string | null): Subscribed => ({ query: WATCH_LIST, variables: { after } });

function openingOf(url: string, runId: string, after: string | null = null): Opening {
  const runs = Array.from({ length: RUN_WATCHERS_A_SOCKET }, () => runOf(runId));
  return { kind: "open", url, sockets: SOCKETS, addresses: ADDRESSES, operations: [...runs, listOf(after)] };
}

async function measureTogether(scene: Scene, crowd: Crowd, alone: number): Promise<void> {
  const { verdicts, emulator, gateway, runId } = scene;
  const idle = await gateway.settle();
  const began = performance.now();
  const opened = await crowd.tell(openingOf(gateway.url, runId));
  const openingS = (performance.now() - began) / 1_000;
  verdicts.tell(
    "all begin at once within 10 s",
    `${openingS.toFixed(1)} s${problemsOf(opened)}`,
    openingS <= 10 && opened.problems.length === 0,
  );
  const calls = await countCalls(emulator);
  verdicts.tell(
    "upstream calls as for one watcher",
    `${calls.toFixed(1)} a second, ${alone.toFixed(1)} for one`,
    // One look a second at the run and one at the list; which of them serves both depends on when they begin.
    calls <= Math.max(2, alone * 1.1) + 0.2,
    "WRONG",
  );
  const rounds = await measureRounds(scene, crowd);
  const held = (await gateway.settle()).bytes - idle.bytes;
  verdicts.tell(
    "at most 200 MB above idle",
    `${(held / MB).toFixed(0)} MB, ${(held / SOCKETS / (RUN_WATCHERS_A_SOCKET + 1) / 1_024).toFixed(1)} KB a watcher`,
    held <= 200 * MB,
  );
  await compare(verdicts, rounds);
  await measureReturn(scene, crowd, rounds.texts);
}

interface Rounds {
  /** Of each round, milliseconds from the upstream's answer to each message. */
  readonly delays: readonly (readonly number[])[];
  readonly texts: readonly string[];
  readonly workedMs: number;
}

/** Changes the run and the list and waits until everybody has heard, again and again. */
async function measureRounds({ emulator, gateway }: Scene, crowd: Crowd): Promise<Rounds> {
  const delays: number[][] = [];
  let texts: readonly string[] = [];
  const before = await gateway.measure();
  for (let round = 0; round < ROUNDS; round += 1) {
    await sleep(700 + 61 * round);
    const { heard } = await crowd.expect(marksOf(round), SOCKETS * (RUN_WATCHERS_A_SOCKET + 1));
    change(emulator, round);
    const found = await heard();
    const seenAt = emulator.calls[0]?.at ?? Number.NaN;
    delays.push(found.times.map((time) => time - seenAt));
    texts = found.texts;
  }
  const { workedMs } = await gateway.measure();
  return { delays, texts, workedMs: workedMs - before.workedMs };
}

/** One server of the run ends, and a run comes into the list. */
function change(emulator: Emulator, round: number): void {
  emulator.clearCalls();
  emulator.world.updateRecord(...PLACE, WATCHED, `i-${round}`, {
    status: "Failed",
    exitCode: 1_000 + round,
    finishTime: Date.now(),
  });
  emulator.world.addInvocation(...PLACE, { commandName: `round ${round}.`, instances: [{ instanceId: "i-1" }] });
}

/** The same bytes by a server that does nothing else. */
async function compare(verdicts: Verdicts, { delays, texts, workedMs }: Rounds): Promise<void> {
  const bare = await startBareServer();
  try {
    const bareDelays: number[][] = [];
    await withCrowd(async (crowd) => {
      await crowd.tell({ kind: "open", url: bare.url, sockets: SOCKETS, addresses: ADDRESSES, operations: [] });
      for (let round = 0; round < ROUNDS; round += 1) bareDelays.push(await sendBare(bare, crowd, texts));
    });
    const [own, other] = [delays, bareDelays].map((all) => percentile(all.flat(), 0.99)) as [number, number];
    const last = median(delays.map((all) => Math.max(...all)));
    const found = `${(own / other).toFixed(1)} times bare ws (${own.toFixed(0)} ms; bare ${other.toFixed(0)} ms; last one ${last.toFixed(0)} ms; ${(workedMs / ROUNDS).toFixed(0)} ms of work a round)`;
    verdicts.tell("99 of 100 hear within 300 ms or 3 times bare ws", found, own <= Math.max(300, 3 * other));
  } finally {
    await bare.stop();
  }
}

async function sendBare(bare: BareServer, crowd: Crowd, texts: readonly string[]): Promise<number[]> {
  await sleep(100);
  const { heard } = await crowd.expect(['"type":"next"'], SOCKETS * texts.length);
  const { sentAt } = await bare.send(texts);
  return (await heard()).times.map((time) => time - sentAt);
}

/** Cuts all connections, changes something, and lets all come back with where they stood. */
async function measureReturn(
  { verdicts, emulator, gateway, runId }: Scene,
  crowd: Crowd,
  texts: readonly string[],
): Promise<void> {
  const position = /"position":"([^"]+)"/.exec(texts[RUN_WATCHERS_A_SOCKET] ?? "")?.[1] ?? null;
  await crowd.tell({ kind: "cut" });
  change(emulator, ROUNDS);
  await sleep(1_000);
  const began = performance.now();
  const found = await crowd.tell({ ...openingOf(gateway.url, runId, position), marks: marksOf(ROUNDS) });
  const seconds = (performance.now() - began) / 1_000;
  verdicts.tell(
    "all come back at once within 10 s",
    `${seconds.toFixed(1)} s${problemsOf(found)}`,
    seconds <= 10 && found.problems.length === 0,
  );
  const isBegun = (found.texts[RUN_WATCHERS_A_SOCKET] ?? "").includes('"isSnapshot":true');
  verdicts.tell(
    "who comes back with a position goes on behind it",
    isBegun ? "a snapshot came" : "nothing missed, nothing anew",
    !isBegun,
    "WRONG",
  );
}

/** What messages hold that tell of the changes of a round. */
function marksOf(round: number): readonly string[] {
  return [`"exitCode":${1_000 + round}`, `"name":"round ${round}."`];
}

function problemsOf({ problems }: Found): string {
  return problems.length === 0 ? "" : ` (${problems.join(" ")})`;
}
