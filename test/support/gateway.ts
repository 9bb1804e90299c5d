import { createApp } from "#app";
import { readConfig } from "#config";
import type { Clock } from "#domain";
import { createEmulator, type Emulator, type EmulatorOptions } from "./emulator/index.ts";
import { AMPLE_QUOTA } from "./quota.ts";

/** A whole gateway over HTTP on an emulator over HTTP, both on loopback. */
export interface TestGateway {
  readonly url: string;
  readonly emulator: Emulator;
  /** Every log line so far. */
  readonly logLines: readonly string[];
  /** What the emulator was asked, without the probe of scheduled runs, which no operation pays for. */
  calls(): Emulator["calls"];
  /** Sends one operation and gives the answer's body. */
  ask<Data = unknown>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GatewayAnswer<Data>>;
  stop(): Promise<void>;
}

/** The body of an answer. Tests compare it whole. */
export interface GatewayAnswer<Data> {
  readonly data: Data;
  readonly errors?: readonly { readonly message: string; readonly path?: unknown; readonly extensions: object }[];
  readonly extensions?: { readonly cost: { readonly calls: number; readonly cached: number } };
}

/** How a test gateway differs from the default one. */
export interface TestGatewayOptions extends EmulatorOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** The gateway's; the emulator has `now`. */
  readonly clock?: Clock;
}

/** Starts both; every region of the emulator's world is read unless the settings say otherwise. */
export async function startGateway({
  settings = {},
  clock,
  ...emulatorOptions
}: TestGatewayOptions): Promise<TestGateway> {
  const emulator = createEmulator(emulatorOptions);
  const { url: upstreamUrl } = await emulator.start();
  const logLines: string[] = [];
  const config = readConfig({
    PORT: "0",
    UPSTREAM: "alibaba",
    ECS_REGIONS: emulator.world.regionIds("ecs").join(","),
    SWAS_REGIONS: emulator.world.regionIds("swas").join(","),
    ECS_ENDPOINT: upstreamUrl,
    SWAS_ENDPOINT: upstreamUrl,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    CURSOR_KEYS: "a key that only tests use",
    UPSTREAM_QUOTA: AMPLE_QUOTA,
    ...settings,
  });
  const app = createApp(config, {
    logDestination: { write: (line) => void logLines.push(line) },
    noticeMs: 0,
    ...(clock === undefined ? {} : { clock }),
  });
  const { url } = await app.start();
  emulator.clearCalls();
  return {
    url,
    emulator,
    logLines,
    calls: () => emulator.calls.filter(({ parameters }) => parameters.Timed === undefined),
    async ask<Data>(query: string, variables: Readonly<Record<string, unknown>> = {}) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GatewayAnswer<Data>;
    },
    async stop() {
      await app.stop();
      await emulator.stop();
    },
  };
}
