import { EventEmitter, once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { startUpstream, type UpstreamServer } from "./wire/upstream-server.ts";

const LIST = { body: { RequestId: "R", TotalCount: 0, Invocations: { Invocation: [] } } };
const fileOf = (key: string, regions = "[cn-hangzhou]") =>
  `- alias: one\n  ecsRegions: ${regions}\n  credentials: { type: static, accessKeyId: ${key}, accessKeySecret: canary-secret }\n`;

let folder: string;
let upstream: UpstreamServer;
let running: { stop(): Promise<void> };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "accounts-"));
  upstream = await startUpstream(() => LIST);
});
afterEach(async () => {
  await running.stop();
  await upstream.close();
  rmSync(folder, { recursive: true });
});

async function start() {
  const file = join(folder, "accounts.yml");
  writeFileSync(file, fileOf("key-1"));
  const read = () =>
    readConfig({
      PORT: "0",
      ACCOUNTS_FILE: file,
      ECS_ENDPOINT: upstream.url,
      CURSOR_KEYS: "a key that only tests use",
    });
  const log: { readonly level: number; readonly msg: string; readonly problems?: readonly string[] }[] = [];
  const lines = new EventEmitter();
  const app = createApp(read(), {
    logDestination: {
      write: (line) => {
        log.push(JSON.parse(line));
        lines.emit("line");
      },
    },
    readConfig: read,
  });
  running = app;
  const { url } = await app.start();
  const ask = async () => {
    const query = `{ invocations(first: 1, filter: { commandName: "${Math.random()}" }) { sources { ok } } }`;
    const headers = { "content-type": "application/json" };
    await (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json();
    return /Credential=([^,]+)/.exec(upstream.received.at(-1)?.headers.authorization ?? "")?.[1];
  };
  const said = () => log.filter(({ msg }) => msg.includes("ACCOUNTS_FILE")).map(({ msg }) => msg);
  /** Replaces the file, and waits until the log has so many more lines about it. */
  const write = async (text: string, count = 1) => {
    const before = said().length;
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    while (said().length < before + count) await once(lines, "line");
  };
  return { ask, write, log, said };
}

it("signs with the credentials of a changed accounts file, and keeps the old ones if it cannot be used", async () => {
  const { ask, write, log, said } = await start();
  const first = await ask();
  await write(fileOf("key-2"));
  const second = await ask();
  await write("- alias: one\n  credentials: { type: sttic, accessKeySecret: canary-secret }\n");
  const third = await ask();
  expect([first, second, third]).toEqual(["key-1", "key-2", "key-2"]);
  expect(said()).toEqual([
    "ACCOUNTS_FILE was read again: 1 of 1 accounts have other credentials",
    "ACCOUNTS_FILE has changed and cannot be used: the accounts stay as they were",
  ]);
  expect(log.flatMap(({ problems = [] }) => problems).map((problem) => problem.replace(folder, ""))).toEqual([
    'ACCOUNTS_FILE: /accounts.yml:2: `[0].credentials.type`: expected one of environment, static, default, profile, ram_role_arn, oidc, ecs_ram_role, uri, got "sttic".',
  ]);
  expect(JSON.stringify(log)).not.toContain("canary-secret");
});

it("says that other regions need a restart, and takes the credentials all the same", async () => {
  const { ask, write, said } = await start();
  await write(fileOf("key-2", "[cn-hangzhou, cn-beijing]"), 2);
  expect([await ask(), said()]).toEqual([
    "key-2",
    [
      "ACCOUNTS_FILE names other accounts or regions now: restart the gateway to read them",
      "ACCOUNTS_FILE was read again: 1 of 1 accounts have other credentials",
    ],
  ]);
});
