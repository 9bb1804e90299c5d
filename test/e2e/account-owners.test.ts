import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { untilDatabaseIsUp } from "../support/database-up.ts";
import { AMPLE_QUOTA } from "../support/quota.ts";
import { type Received, startUpstream, type UpstreamServer } from "../wire/upstream-server.ts";

const LIST = "{ invocations(first: 10) { totalCount nodes { invokeId } } }";
const NOW = Date.now();

/** Whose runs each key may read. */
const OWNERS: Readonly<Record<string, string>> = { "key-1": "a", "key-2": "a", "key-3": "b" };
const keyOf = ({ headers }: Received): string => /Credential=([^,]+)/.exec(headers.authorization ?? "")?.[1] ?? "";

let folder: string;
let upstream: UpstreamServer;
let isRefusing: "throttled" | "no key" | null;
let missing: string | null;
/** How old the runs of each account are. */
let ageMs: number;
const stops: (() => Promise<void>)[] = [];

/** Three runs of the account that the key belongs to. */
function answer(received: Received): object {
  const { InvokeId, Action } = received.query;
  if (Action !== "DescribeInvocations" && received.headers["x-acs-action"] !== "DescribeInvocations") return {};
  const owner = OWNERS[keyOf(received)];
  const runs = [1, 2, 3].map((serial) => ({
    InvokeId: `t-${owner}-${serial}`,
    CreationTime: new Date(NOW - ageMs - serial * 60_000).toISOString(),
    InvocationStatus: "Success",
    InvokeInstances: { InvokeInstance: [{ InstanceId: "i-1", InvocationStatus: "Success", ExitCode: 0, Output: "" }] },
  }));
  const there = runs.filter((run) => run.InvokeId !== missing);
  const meant = there.filter((run) => InvokeId === undefined || run.InvokeId === InvokeId);
  return { RequestId: "R", TotalCount: meant.length, Invocations: { Invocation: meant } };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "owners-"));
  isRefusing = null;
  missing = null;
  ageMs = 0;
  upstream = await startUpstream((received) => {
    if (isRefusing === "throttled") return { status: 503, body: { Code: "ServiceUnavailable", Message: "later" } };
    if (isRefusing === "no key" && keyOf(received) === "typo")
      return { status: 404, body: { Code: "InvalidAccessKeyId.NotFound", Message: "no such key" } };
    return { body: answer(received) };
  });
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

function writeAccounts(key: string): void {
  const credentials = `{ type: static, accessKeyId: ${key}, accessKeySecret: canary-secret }`;
  writeFileSync(
    join(folder, "accounts.yml"),
    `- alias: prod\n  ecsRegions: [cn-hangzhou]\n  credentials: ${credentials}\n`,
  );
}

async function start(key: string, settings: Readonly<Record<string, string>> = {}, waits = true) {
  writeAccounts(key);
  const read = () =>
    readConfig({
      PORT: "0",
      ACCOUNTS_FILE: join(folder, "accounts.yml"),
      ECS_ENDPOINT: upstream.url,
      CURSOR_KEYS: "a key that only tests use",
      UPSTREAM_QUOTA: AMPLE_QUOTA,
      COLLECT: "off",
      FRESHNESS_MS: "100",
      ...settings,
    });
  const log: string[] = [];
  let heard = () => {};
  const write = (line: string) => {
    log.push((JSON.parse(line) as { readonly msg: string }).msg);
    heard();
  };
  const app = createApp(read(), { logDestination: { write }, readConfig: read });
  const { url } = await app.start();
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await app.stop();
    isStopped = true;
  };
  stops.push(stop);
  if (waits && settings.DATABASE_URL !== undefined) await untilDatabaseIsUp(url);
  return {
    stop,
    log: (part: string) => log.filter((message) => message.includes(part)),
    /** Resolves once the log says so. */
    async hears(part: string) {
      while (!log.some((message) => message.includes(part)))
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
    },
    async list() {
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: LIST }) });
      const { data } = (await response.json()) as {
        data: { invocations: { totalCount: number; nodes: { invokeId: string }[] } };
      };
      return [data.invocations.totalCount, ...data.invocations.nodes.map(({ invokeId }) => invokeId)];
    },
  };
}

/** Resolves once the upstream has got a request with this key. */
async function isAskedWith(key: string): Promise<void> {
  while (!upstream.received.some((one) => keyOf(one) === key)) await upstream.waitFor(upstream.received.length + 1);
}

const OF_A = [3, "t-a-1", "t-a-2", "t-a-3"];
const OF_B = [3, "t-b-1", "t-b-2", "t-b-3"];

describe("an alias whose keys are others after a restart", () => {
  it("shows what was kept if they are those of the same account, and none of it if they are not", async () => {
    const settings = { DATABASE_URL: `file:${join(folder, "data")}` };
    const first = await start("key-1", settings);
    expect(await first.list()).toEqual(OF_A);
    await first.stop();

    // A replica of the upstream may miss a run for a moment.
    missing = "t-a-1";
    const rotated = await start("key-2", settings);
    missing = null;
    expect([await rotated.list(), rotated.log("another one")]).toEqual([OF_A, []]);
    await rotated.stop();

    isRefusing = "throttled";
    const other = await start("key-3", settings, false);
    await other.hears("account prod has other keys than those whose runs are kept");
    isRefusing = null;
    await other.hears("the database answers again");
    expect(await other.list()).toEqual(OF_B);
    expect(other.log("another one")).toEqual([
      "Account prod is another one than the one whose runs the database kept under this alias: they are forgotten",
    ]);
    await other.stop();

    const again = await start("key-3", settings);
    expect([await again.list(), again.log("another one")]).toEqual([OF_B, []]);
  });
});

describe("an alias whose keys are others while the gateway runs", () => {
  it("takes keys that are none with a warning, and those of a file that was corrected", async () => {
    isRefusing = "no key";
    const { list, hears } = await start("key-1");
    expect(await list()).toEqual(OF_A);
    writeAccounts("typo");
    await hears("nothing shows whether");
    writeAccounts("key-2");
    await isAskedWith("key-2");
    expect(await list()).toEqual(OF_A);
  });

  it("waits no longer for an answer about keys that the file does not hold any more", async () => {
    const { list, hears, log } = await start("key-1");
    expect(await list()).toEqual(OF_A);
    isRefusing = "throttled";
    writeAccounts("key-3");
    await isAskedWith("key-3");
    writeAccounts("key-2");
    await isAskedWith("key-2");
    isRefusing = null;
    await hears("1 of 1 accounts have other credentials");
    expect([await list(), log("the keys of another account")]).toEqual([OF_A, []]);
  });

  it("takes them with a warning if its runs are older than what an upstream keeps", async () => {
    ageMs = 20 * 86_400_000;
    const { list, hears, log } = await start("key-1");
    expect(await list()).toEqual(OF_A);
    writeAccounts("key-3");
    await hears("1 of 1 accounts have other credentials");
    expect(log("nothing shows whether")).toEqual([
      "Account prod has other keys, and nothing shows whether they belong to the account whose runs are known: these stay. If they do not, forget them: npm run forget -- --account prod",
    ]);
  });

  it("takes those of the same account alone", async () => {
    const { list, hears, log } = await start("key-1");
    expect(await list()).toEqual(OF_A);
    isRefusing = "throttled";
    writeAccounts("key-3");
    await isAskedWith("key-3");
    isRefusing = null;
    await hears("0 of 1 accounts have other credentials");
    expect(log("the keys of another account")).toEqual([
      "ACCOUNTS_FILE gives account prod the keys of another account, which are not used: restart the gateway to read that one",
    ]);
    expect(await list()).toEqual(OF_A);
    writeAccounts("key-2");
    await hears("1 of 1 accounts have other credentials");
    expect(await list()).toEqual(OF_A);
    const asked = upstream.received.filter((one) => keyOf(one) === "key-3").map(({ query }) => query.InvokeId);
    // An answer that holds nothing is asked for again in ways that cannot be mistaken.
    expect(asked[0]).toBe("t-a-1");
  });
});
