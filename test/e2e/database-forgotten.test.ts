import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { untilDatabaseIsUp } from "../support/database-up.ts";
import { createEmulator, createWorld } from "../support/emulator/index.ts";
import { AMPLE_QUOTA } from "../support/quota.ts";

const PLACE = ["ecs", "cn-hangzhou"] as const;
const DAY_MS = 86_400_000;
/** The vendor's answers tell whole seconds. */
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const PAGE = `query ($first: Int, $after: String, $filter: InvocationFilter) {
  invocations(first: $first, after: $after, filter: $filter) {
    nodes { invokeId status isGoneUpstream instanceInvocations { nodes { result { output { text } } } } }
    pageInfo { hasNextPage endCursor } } }`;
const SEARCH = `{ searchOutputs(text: "printed by t-old") { searchedOutputs missingOutputs nodes { line } } }`;

interface Row {
  readonly invokeId: string;
  readonly status: string;
  readonly isGoneUpstream: boolean;
}

interface Page {
  readonly invocations: {
    readonly nodes: readonly Row[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function createScene() {
  const run = (prefix: string, days: number) => (_: unknown, n: number) => ({
    invokeId: `${prefix}-${n}`,
    creationTime: NOW - days * DAY_MS - n * 1_000,
    instances: [
      {
        instanceId: `i-${n % 2}`,
        output: `printed by ${prefix}-${n}\n`,
        ...(prefix === "t-old" && n === 7 ? { status: "Running" as const } : {}),
      },
    ],
  });
  const recent = Array.from({ length: 15 }, run("t-new", 1));
  const old = Array.from({ length: 30 }, run("t-old", 29));
  const emulator = createEmulator({
    world: createWorld({ ecs: { [PLACE[1]]: { invocations: [...recent, ...old] } }, swas: {} }),
  });
  return { emulator, recent: recent.map(({ invokeId }) => invokeId), old: old.map(({ invokeId }) => invokeId) };
}

async function start(upstream: string, folder: string) {
  const clock = createClockAhead(systemClock);
  const config = readConfig({
    PORT: "0",
    ECS_REGIONS: PLACE[1],
    ECS_ENDPOINT: upstream,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
    CURSOR_KEYS: "a key that only tests use",
    DATABASE_URL: `file:${folder}`,
    COLLECT: "off",
    UPSTREAM_QUOTA: AMPLE_QUOTA,
    // Looks are counted: a slow machine must not make one more of them.
    FRESHNESS_MS: "50000",
  });
  const app = createApp(config, { clock, logDestination: { write: () => {} } });
  const { url } = await app.start();
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await app.stop();
    isStopped = true;
  };
  stops.push(stop);
  const ask = async <Data>(query: string, variables = {}): Promise<Data> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await response.json()) as { readonly data: Data; readonly errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  };
  await untilDatabaseIsUp(url);
  return {
    stop,
    ask,
    pass: clock.pass,
    /** Page after page, to the end. */
    async walk(filter: object): Promise<readonly Row[]> {
      const rows: Row[] = [];
      for (let after: string | null = null; ; ) {
        const { invocations }: Page = await ask<Page>(PAGE, { first: 20, after, filter });
        rows.push(...invocations.nodes);
        if (!invocations.pageInfo.hasNextPage) return rows;
        after = invocations.pageInfo.endCursor;
      }
    },
  };
}

it("what the upstream dropped is still there after a restart: it pages, filters, and is searched", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-"));
  stops.push(async () => rmSync(folder, { recursive: true, force: true }));
  const { emulator, recent, old } = createScene();
  const { url } = await emulator.start();
  stops.push(emulator.stop);
  const first = await start(url, folder);
  const before = await first.walk({});
  expect(before.map(({ invokeId }) => invokeId)).toEqual([...recent, ...old]);
  const filtered = await first.walk({ instanceId: "i-1" });
  expect(filtered).toHaveLength(22);
  const found = await first.ask(SEARCH);
  expect(found).toMatchObject({ searchOutputs: { missingOutputs: 0, nodes: { length: 20 } } });
  await first.stop();

  for (const invokeId of old) emulator.world.removeInvocation(...PLACE, invokeId);
  const second = await start(url, folder);
  expect(await second.walk({})).toEqual(before);
  expect(await second.walk({ instanceId: "i-1" })).toEqual(filtered);
  expect(await second.ask(SEARCH)).toEqual(found);
  // The list ends above what is over; a run that went on is missed at the third look.
  const isGoing = ({ status }: Row) => status === "RUNNING";
  for (let rows = before; rows.some((row) => isGoing(row) && !row.isGoneUpstream); ) {
    second.pass(60_000);
    rows = await second.walk({});
  }
  expect(await second.walk({})).toEqual(before.map((row) => ({ ...row, isGoneUpstream: old.includes(row.invokeId) })));
});
