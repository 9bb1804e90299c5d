import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { untilDatabaseIsUp } from "../support/database-up.ts";
import { createEmulator, type Emulator } from "../support/emulator/index.ts";

const LIST = `query ($after: String) {
  invocations(first: 10, after: $after) { nodes { invokeId readFrom { requestId asOf } } pageInfo { endCursor } }
}`;

/** Of runs that have been over for some time: others go on, or end, between two questions. */
const AN_HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();
const PRINTED = `query {
  invocations(first: 10, filter: { statusIn: [SUCCESS, FAILED], createdBefore: "${AN_HOUR_AGO}" }) {
    nodes {
      invokeId
      instanceInvocations(first: 3) { nodes { instanceId result { isOutputKnown output { byteLength text droppedBytes } } } }
      outputGroups(first: 2) {
        count
        instanceIds
        output { byteLength }
        difference { addedLines missingLines }
        instanceInvocations(first: 1) { result { output { text } } }
      }
    }
  }
}`;

interface Answer {
  readonly data: {
    readonly invocations: { readonly nodes: readonly object[]; readonly pageInfo: { readonly endCursor: string } };
  };
  readonly errors?: readonly object[];
  readonly extensions: { readonly cost: { readonly calls: number } };
}

describe("a gateway over an embedded database", () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-"));
  let emulator: Emulator;
  let upstream: string;
  const running = new Set<() => Promise<void>>();
  beforeAll(async () => {
    emulator = createEmulator({});
    upstream = (await emulator.start()).url;
  });
  afterEach(async () => {
    for (const stop of running) await stop();
  });
  afterAll(async () => {
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @param changed settings that are others; none for one that is undefined */
  async function start(changed: Readonly<Record<string, string | undefined>> = {}) {
    const config = readConfig({
      PORT: "0",
      ECS_REGIONS: "cn-hangzhou",
      ECS_ENDPOINT: upstream,
      SWAS_ENDPOINT: upstream,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      CURSOR_KEYS: "a key that only tests use",
      DATABASE_URL: `file:${folder}`,
      // A busy machine takes long to open it.
      OPERATION_DEADLINE_MS: "60000",
      // A machine that is slow to open the database does not make anything old.
      FRESHNESS_MS: "3600000",
      ...changed,
    });
    const app = createApp(config, { logDestination: { write: () => {} } });
    const { url } = await app.start();
    const stop = async () => {
      running.delete(stop);
      await app.stop();
    };
    running.add(stop);
    const read = async (path: string) => (await fetch(new URL(path, url))).text();
    return {
      stop,
      read,
      async ask(after: string | null, query = LIST): Promise<Answer> {
        const headers = { "content-type": "application/json" };
        const body = JSON.stringify({ query, variables: { after } });
        return (await (await fetch(url, { method: "POST", headers, body })).json()) as Answer;
      },
      opened: () => untilDatabaseIsUp(url),
    };
  }

  it("listens before it is open, says so, and begins where the last process ended", async () => {
    const first = await start();
    expect(await first.read("/readyz")).toMatch(/^ok\nThe database is opening\. /);
    expect((await first.ask(null)).errors).toBeUndefined();
    await first.opened();
    expect(await first.read("/readyz")).toBe("ok\n");
    const newest = await first.ask(null);
    const { endCursor } = newest.data.invocations.pageInfo;
    const older = await first.ask(endCursor);
    expect(older.data.invocations.nodes).toHaveLength(10);
    await first.stop();

    const second = await start();
    await second.opened();
    const again = await second.ask(endCursor);
    expect(again.data).toEqual(older.data);
    // No list is read: a new process looks where scheduled runs are listed, and how unfinished runs of the page went on.
    expect(again.extensions.cost.calls).toBeLessThanOrEqual(3);
    await second.stop();
  });

  it("shows what was printed as one in memory does, and asks no upstream twice for it", async () => {
    const [inDatabase, inMemory] = [await start(), await start({ DATABASE_URL: undefined })];
    await inDatabase.opened();
    const first = await inDatabase.ask(null, PRINTED);
    const again = await inDatabase.ask(null, PRINTED);
    expect(again).toEqual({
      ...first,
      extensions: { cost: { ...first.extensions.cost, calls: 0, cached: expect.any(Number) } },
    });
    expect((await inMemory.ask(null, PRINTED)).data).toEqual(first.data);
    expect(JSON.stringify(first.data).match(/"byteLength":[1-9]/g)?.length).toBeGreaterThan(10);
    await inDatabase.stop();
    await inMemory.stop();
  });

  it("refuses a folder that another process holds, with exit code 2 in one line", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(
      /^The settings cannot be used:\n {2}`DATABASE_URL`: expected a folder that no other process holds/,
    );
    await first.stop();
  });
});
