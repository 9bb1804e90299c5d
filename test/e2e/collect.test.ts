import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { collectNow } from "../../src/collect-now.ts";
import { systemClock } from "../../src/system-clock.ts";
import { createEmulator, type Emulator } from "../support/emulator/index.ts";

const SOURCES = "{ sources { provider ok backfill { phase oldestTime knownRuns lackingOutputs } } }";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface State {
  readonly provider: string;
  readonly ok: boolean;
  readonly backfill: {
    readonly phase: string;
    readonly oldestTime: string | null;
    readonly knownRuns: number;
    readonly lackingOutputs: number | null;
  } | null;
}

describe("a gateway that collects", () => {
  const folder = mkdtempSync(join(tmpdir(), "collect-"));
  let emulator: Emulator;
  let upstream: string;
  let stop = async (): Promise<void> => {};
  beforeAll(async () => {
    emulator = createEmulator({});
    upstream = (await emulator.start()).url;
  });
  afterEach(() => stop());
  afterAll(async () => {
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const configOf = (settings: Readonly<Record<string, string>>) =>
    readConfig({
      PORT: "0",
      ECS_REGIONS: "cn-hangzhou",
      ECS_ENDPOINT: upstream,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      CURSOR_KEYS: "a key that only tests use",
      UPSTREAM_QUOTA: "ecs=100000",
      ...settings,
    });

  async function startGateway(settings: Readonly<Record<string, string>>, clock = systemClock) {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const write = (line: string): void => {
      if (line.includes("back-fill ended")) end();
    };
    const app = createApp(configOf(settings), { clock, logDestination: { write } });
    stop = async () => {
      stop = async () => {};
      await app.stop();
    };
    const { url } = await app.start();
    const ask = async (): Promise<State> => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ query: SOURCES });
      const answer = (await (await fetch(url, { method: "POST", headers, body })).json()) as {
        readonly data: { readonly sources: readonly [State] };
      };
      return answer.data.sources[0];
    };
    return {
      ask,
      readMetrics: async () => (await fetch(new URL("/metrics", url))).text(),
      /** Resolves when the log says that the back-fill ended. */
      ended,
    };
  }

  it("collects nothing unless it is told to", async () => {
    const gateway = await startGateway({});
    expect(await gateway.ask()).toEqual({ provider: "ECS", ok: true, backfill: null });
    expect(await gateway.readMetrics()).not.toContain("gateway_collect");
  });

  it("fills an embedded database as far back as it is kept, then with outputs at once, and says so", async () => {
    const settings = { DATABASE_URL: `file:${folder}`, RETENTION_DAYS: "1" };
    const gateway = await startGateway(settings);
    await gateway.ended;
    const { backfill } = await gateway.ask();
    expect(backfill).toMatchObject({ phase: "COMPLETE", lackingOutputs: null });
    expect(backfill?.knownRuns).toBeGreaterThan(200);
    expect(Date.parse(backfill?.oldestTime ?? "")).toBeLessThan(Date.now() - DAY_MS);
    const metrics = await gateway.readMetrics();
    const labels = '{provider="ECS",account="default",region="cn-hangzhou"}';
    expect(metrics).toContain(`gateway_collect_complete${labels} 1`);
    expect(metrics).toMatch(
      /^gateway_collect_calls_total\{provider="ECS",account="default",region="cn-hangzhou"\} [1-9]/m,
    );
    await stop();

    const shown: string[] = [];
    const display = { write: (text: string) => shown.push(text) };
    const request = { until: Date.now() - HOUR_MS, outputs: true };
    const { summary, hasFailed } = await collectNow(configOf(settings), request, display, new AbortController().signal);
    expect([hasFailed, summary]).toEqual([false, expect.stringMatching(/^\d+ runs of 1 sources are known\.$/)]);
    expect(shown.join("")).toMatch(
      /^ECS cn-hangzhou of account default: \d+ runs, back to \d{4}-\d\d-\d\dT\d\d:\d\dZ\.$/m,
    );
  });

  // How the runs of the two lists lie to each other depends on the time; at these, each list would push out what the other one read.
  it.each(["20:35:56", "20:40:06", "20:42:11", "20:58:43", "20:59:48", "21:06:44"])(
    "fills a memory until it is full, at %s, and reads nothing again that did not fit",
    async (time) => {
      const start = Date.parse(`2026-11-26T${time}Z`) - performance.now();
      const now = () => start + performance.now();
      const world = createEmulator({ now });
      const { url } = await world.start();
      const gateway = await startGateway(
        { ECS_ENDPOINT: url, COLLECT: "runs", MEMORY_MB: "1" },
        { ...systemClock, now },
      );
      await gateway.ended;
      const { backfill } = await gateway.ask();
      await world.stop();
      expect(backfill?.phase).toBe("FULL");
      expect(backfill?.knownRuns).toBeGreaterThan(50);
      expect(world.calls.length).toBeLessThan(40);
    },
    120_000,
  );

  it("says which source could not be read", async () => {
    const settings = { DATABASE_URL: `file:${folder}`, ALIBABA_CLOUD_ACCESS_KEY_SECRET: "wrong-secret" };
    const shown: string[] = [];
    const display = { write: (text: string) => shown.push(text) };
    const request = { until: null, outputs: false };
    const { summary, hasFailed } = await collectNow(configOf(settings), request, display, new AbortController().signal);
    expect([hasFailed, summary]).toEqual([
      true,
      expect.stringMatching(/^\d+ runs of 1 sources are known, 1 failed\.$/),
    ]);
    expect(shown.join("")).toMatch(/^ECS cn-hangzhou of account default: failed, \d+ runs are kept\. ./m);
    expect(shown.join("")).not.toContain("wrong-secret");
  });
});
