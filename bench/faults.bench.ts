/**
 * How the gateway bears what goes wrong upstream, each figure beside what is allowed: calls that fail at random, a source that is
 * dead, a storm of throttles, sources that are silent; and everything that it says meanwhile is searched for planted keys.
 */
import { createApp } from "#app";
import { readConfig } from "#config";
import type { Clock } from "#domain";
import { createEmulator, createWorld, type Emulator, type FaultRule } from "../test/support/emulator/index.ts";
import { median, percentile } from "./load.ts";

const KEYS = { accessKeyId: "canary-id", accessKeySecret: "canary-secret", securityToken: "canary-token" };
const LEAK = /canary|ACS3-HMAC|[0-9a-f]{64}|Signature=/i;
const REGIONS = ["cn-beijing", "cn-hangzhou"];

const QUERY = `query Page($createdAfter: DateTime) {
  invocations(first: 10, filter: { createdAfter: $createdAfter }) { nodes { id status } sources { ok } }
}`;

interface Rig {
  readonly emulator: Emulator;
  /** Sends one page of all sources that no cache has; gives the time that it took and the sources that were ok. */
  page(): Promise<{ readonly ms: number; readonly okSources: number; readonly isAnswered: boolean }>;
  stop(): Promise<void>;
}

let leaks = 0;
let failures = 0;

await failAtRandom();
await loseOneSource();
await throttleEverything();
await fallSilent();
report("canaries found in answers, log lines of every level and metrics", leaks, "0", leaks === 0);
process.exit(failures === 0 ? 0 : 1);

async function failAtRandom(): Promise<void> {
  const operations = 1_000;
  const share = 0.05 / 3;
  const rig = await start({
    faults: [
      { probability: share, fault: { kind: "error", code: "ServiceUnavailable" } },
      { probability: share, fault: { kind: "reset", where: "before" } },
      { probability: share, fault: { kind: "error", code: "BadGateway", status: 502, form: "html" } },
    ],
  });
  const pages = await repeat(operations, 16, rig.page);
  const complete = pages.filter(({ okSources }) => okSources === 4).length / operations;
  const amplification = rig.emulator.calls.length / (operations * 4);
  await rig.stop();
  report("5% of calls fail: operations that are complete", percent(complete), "at least 99.9%", complete >= 0.999);
  report("5% of calls fail: calls to healthy calls", amplification.toFixed(3), "at most 1.10", amplification <= 1.1);
}

async function loseOneSource(): Promise<void> {
  const dead = [{ product: "ecs", regionId: "cn-beijing", fault: { kind: "reset", where: "before" } }] as const;
  const healthy = await start({});
  const lame = await start({ faults: dead });
  for (const rig of [healthy, lame]) await repeat(150, 2, rig.page);
  const times = { healthy: [] as number[], lame: [] as number[] };
  let answered = 0;
  // Turn by turn, so that whatever else this machine does meets both.
  for (let turn = 0; turn < 1_200; turn += 1) {
    times.healthy.push((await healthy.page()).ms);
    const { ms, okSources, isAnswered } = await lame.page();
    times.lame.push(ms);
    if (isAnswered && okSources === 3) answered += 1;
  }
  await Promise.all([healthy.stop(), lame.stop()]);
  // The middle of several stretches, since a hiccup of the machine meets one of the two alone.
  const ratio = median(
    [0, 1, 2, 3, 4].map((stretch) => {
      const [lameP99 = 0, healthyP99 = 1] = [times.lame, times.healthy].map((all) =>
        percentile(all.slice(stretch * 240, stretch * 240 + 240), 0.99),
      );
      return lameP99 / healthyP99;
    }),
  );
  const share = answered / times.lame.length;
  report("1 of 4 sources dead: operations with the other three", percent(share), "100%", share === 1);
  report("1 of 4 sources dead: p99 to the healthy p99", ratio.toFixed(2), "at most 1.10", ratio <= 1.1);
}

async function throttleEverything(): Promise<void> {
  const clock = createFastClock(60);
  const rig = await start({ faults: [{ fault: { kind: "throttle", perMinute: 20 } }], clock });
  const end = performance.now() + 6_000;
  while (performance.now() < end) await rig.page();
  const throttledMinutes = new Set<string>();
  let inVain = 0;
  for (const { product, regionId, action, at, outcome } of rig.emulator.calls) {
    const minute = `${product} ${regionId} ${action} ${Math.floor(at / 60_000)}`;
    if (throttledMinutes.has(minute)) inVain += 1;
    if (outcome === "Throttling.User") throttledMinutes.add(minute);
  }
  await rig.stop();
  const minutes = throttledMinutes.size;
  report(
    "throttle storm: calls in a throttled minute",
    `${inVain} in ${minutes} such minutes`,
    "0",
    inVain === 0 && minutes > 0,
  );
}

async function fallSilent(): Promise<void> {
  const deadlineMs = 1_000;
  const settings = { OPERATION_DEADLINE_MS: String(deadlineMs), UPSTREAM_TIMEOUT_MS: "5000" };
  const faults: FaultRule[] = [
    { probability: 0.3, fault: { kind: "hang" } },
    { probability: 0.3, fault: { kind: "dribble", bytes: 64, everyMs: 20 } },
  ];
  const rig = await start({ settings });
  await repeat(50, 2, rig.page);
  rig.emulator.setFaults(faults);
  // Beside a timer of the same length, which is as late as this machine is busy.
  const pages = await repeat(60, 6, async () => {
    const startedAt = performance.now();
    const timer = createFastClock(1)
      .sleep(deadlineMs)
      .then(() => performance.now() - startedAt);
    const [page, timerMs] = await Promise.all([rig.page(), timer]);
    return { ...page, lateMs: page.ms - timerMs };
  });
  await rig.stop();
  const late = Math.max(...pages.map(({ lateMs }) => lateMs));
  report(
    "silent sources: the latest answer after the deadline",
    `${late.toFixed(0)} ms`,
    "at most 250 ms",
    late <= 250,
  );
  const answered = pages.filter(({ isAnswered }) => isAnswered).length / pages.length;
  report("silent sources: operations that are answered", percent(answered), "100%", answered === 1);
}

async function start(options: {
  readonly faults?: readonly FaultRule[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}): Promise<Rig> {
  const { faults = [], settings = {}, clock = createFastClock(1) } = options;
  const emulator = createEmulator({
    world: createBenchWorld(),
    keys: [KEYS],
    now: () => clock.now(),
    keptCalls: 100_000,
  });
  const { url: upstream } = await emulator.start();
  emulator.setFaults(faults);
  const config = readConfig({
    PORT: "0",
    ECS_REGIONS: REGIONS.join(),
    SWAS_REGIONS: REGIONS.join(),
    ECS_ENDPOINT: upstream,
    SWAS_ENDPOINT: upstream,
    ALIBABA_CLOUD_ACCESS_KEY_ID: KEYS.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEYS.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: KEYS.securityToken,
    CURSOR_KEYS: "canary-cursor-key",
    UPSTREAM_QUOTA: "ecs=1000000,swas=1000000,swas:ListInstances=1000000,swas:DescribeCommandInvocations=1000000",
    LOG_LEVEL: "trace",
    ...settings,
  });
  const app = createApp(config, { clock, logDestination: { write: search } });
  const { url } = await app.start();
  let asked = 0;
  return {
    emulator,
    page: () => {
      asked += 1;
      return askPage(url, asked);
    },
    async stop() {
      search(await (await fetch(new URL("/metrics", url))).text());
      await app.stop();
      await emulator.stop();
    },
  };
}

async function askPage(url: string, number: number) {
  const createdAfter = new Date(Date.UTC(2020, 0, 1) + number * 1_000).toISOString();
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: QUERY, variables: { createdAfter } }),
  });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  search(text);
  const body = JSON.parse(text) as { data?: { invocations: { sources: { ok: boolean }[] } | null } };
  const okSources = (body.data?.invocations?.sources ?? []).filter(({ ok }) => ok).length;
  return { ms, okSources, isAnswered: body.data !== undefined };
}

function search(text: string): void {
  if (LEAK.test(text)) leaks += 1;
}

async function repeat<Value>(count: number, atOnce: number, run: () => Promise<Value>): Promise<readonly Value[]> {
  const values: Value[] = [];
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      values.push(await run());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return values;
}

/** Time that passes so many times as fast as it does. */
function createFastClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    elapsed: () => performance.now() * factor,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(wake, ms / factor);
        signal?.addEventListener("abort", wake, { once: true });
        if (signal?.aborted) wake();
      }),
  };
}

function createBenchWorld() {
  const runs = (prefix: string, instanceId: string) =>
    Array.from({ length: 12 }, (_, index) => ({
      invokeId: `t-${prefix}${index}`,
      creationTime: Date.UTC(2026, 0, 2) - index * 60_000,
      instances: [instanceId],
    }));
  const region = (prefix: string, regionId: string) => ({ invocations: runs(`${prefix}${regionId}`, `i-${prefix}`) });
  const regions = (prefix: string) => Object.fromEntries(REGIONS.map((id) => [id, region(prefix, id)]));
  return createWorld({ ecs: regions("e"), swas: regions("s") });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function report(what: string, measured: string | number, allowed: string, isMet: boolean): void {
  if (!isMet) failures += 1;
  console.log(`${isMet ? "ok    " : "FAILED"} ${what}: ${measured} (allowed: ${allowed})`);
}
