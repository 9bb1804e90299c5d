import { setTimeout as wait } from "node:timers/promises";
import { afterEach } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import type { Clock } from "#domain";
import {
  createEmulator,
  createWorld,
  type Emulator,
  type EmulatorKey,
  type FaultRule,
  type Quirk,
} from "../support/emulator/index.ts";
import { AMPLE_QUOTA } from "../support/quota.ts";

/** What is planted as the account's keys: wherever one of these turns up, it has leaked. */
export const CANARIES = {
  accessKeyId: "canary-key-id",
  accessKeySecret: "canary-key-secret",
  securityToken: "canary-security-token",
} as const;

/** Keys, the signature of any request, an authorization, a string to sign. */
export const LEAK = /canary|ACS3-HMAC|[0-9a-f]{64}|Signature=|authorization|string.?to.?sign/i;

/** A whole gateway whose source ECS cn-hangzhou can be spoilt, while SWAS cn-hangzhou is well. */
export interface Rig {
  readonly url: string;
  readonly emulator: Emulator;
  /** Every log line so far, of every level. */
  readonly log: readonly string[];
  ask(query: string, options?: { readonly signal?: AbortSignal }): Promise<Reply>;
  /** The text behind a path of the gateway, such as `/metrics`. */
  read(path: string): Promise<string>;
  /** What the emulator was asked since the last time, as `ecs DescribeInvocations`, without the probe of scheduled runs, which no operation pays for. */
  takeCalls(): readonly string[];
  stop(): Promise<void>;
}

/** An answer, whole; the number of the request is left out of `extensions`. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

/** How a rig differs from the usual one. */
export interface RigOptions {
  readonly faults?: readonly FaultRule[];
  /** Where ECS is, if not at the emulator. */
  readonly ecsUrl?: string;
  readonly keys?: readonly EmulatorKey[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly quirks?: readonly Quirk[];
  /** Gives each run of ECS a second instance. */
  readonly hasWideRuns?: boolean;
  readonly clock?: Clock;
  /** The time as the emulator has it; the gateway's own unless told otherwise. */
  readonly upstreamClock?: Clock;
}

const running: Rig[] = [];

afterEach(async () => {
  for (const rig of running.splice(0)) await rig.stop();
});

/** Starts a gateway and its emulator; both are stopped after the test. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { faults = [], quirks = [], ecsUrl, keys = [CANARIES], settings = {}, clock = createHurriedClock() } = options;
  const { upstreamClock = clock } = options;
  const emulator = createEmulator({
    world: createFaultWorld(options),
    keys,
    faults,
    quirks,
    now: () => upstreamClock.now(),
  });
  const { url: upstreamUrl } = await emulator.start();
  const log: string[] = [];
  const config = readConfig({
    PORT: "0",
    UPSTREAM: "alibaba",
    ECS_REGIONS: "cn-hangzhou",
    SWAS_REGIONS: "cn-hangzhou",
    ECS_ENDPOINT: ecsUrl ?? upstreamUrl,
    SWAS_ENDPOINT: upstreamUrl,
    ALIBABA_CLOUD_ACCESS_KEY_ID: CANARIES.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: CANARIES.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: CANARIES.securityToken,
    CURSOR_KEYS: "canary-cursor-key",
    // A busy machine makes answers look slow.
    SOFT_DEADLINE_MS: "9000",
    UPSTREAM_QUOTA: AMPLE_QUOTA,
    LOG_LEVEL: "trace",
    ...settings,
  });
  const app = createApp(config, { clock, noticeMs: 0, logDestination: { write: (line) => void log.push(line) } });
  const { url } = await app.start();
  let isStopped = false;
  const rig: Rig = {
    url,
    emulator,
    log,
    ask: (query, { signal } = {}) => ask(url, query, signal),
    read: async (path) => (await fetch(new URL(path, url))).text(),
    takeCalls() {
      const paid = emulator.calls.filter(({ parameters }) => parameters.Timed === undefined);
      const calls = paid.map(({ product, action }) => `${product} ${action}`);
      emulator.clearCalls();
      return calls;
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await app.stop();
      await emulator.stop();
    },
  };
  running.push(rig);
  return rig;
}

async function ask(url: string, query: string, signal?: AbortSignal): Promise<Reply> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

/**
 * Time that goes its usual pace from the fifth second of a minute on, so that no test meets the end of one; the short pauses between
 * attempts pass ten times as fast.
 */
export function createHurriedClock(aheadMs = 0): Clock {
  const offset = Date.UTC(2026, 0, 2, 3, 4, 5) + aheadMs - Date.now();
  return {
    now: () => Date.now() + offset,
    elapsed: () => performance.now(),
    sleep: (ms, signal) => sleep(ms <= 400 ? ms / 10 : ms, signal),
  };
}

/** Waits, or until the signal aborts; never rejects. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal === undefined ? { ref: false } : { signal, ref: false }).catch(() => {});
}

/** Two runs on each product, all final, with an instance and an output each. */
export function createFaultWorld({ hasWideRuns = false }: Pick<RigOptions, "hasWideRuns"> = {}) {
  const runs = (prefix: string, instanceIds: readonly string[], second: number) =>
    [1, 2].map((number) => ({
      invokeId: `t-${prefix}${number}`,
      creationTime: Date.UTC(2026, 0, 2, 1, number, second),
      instances: instanceIds.map((instanceId) => ({ instanceId, output: `output of ${prefix}${number}\n` })),
    }));
  const instances = hasWideRuns ? ["i-1", "i-2"] : ["i-1"];
  return createWorld({
    ecs: { "cn-hangzhou": { instances, invocations: runs("ecs", instances, 0) } },
    swas: { "cn-hangzhou": { instances: ["ace0706b"], invocations: runs("swas", ["ace0706b"], 30) } },
  });
}
