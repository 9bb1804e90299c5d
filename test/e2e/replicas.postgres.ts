import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { toGlobalId } from "#graph";
import { createOwnDatabase, type OwnDatabase } from "../support/database.ts";
import { createEmulator, createWorld, type Emulator } from "../support/emulator/index.ts";
import { type Subscriber, TRANSPORTS } from "../support/live.ts";
import { AMPLE_QUOTA } from "../support/quota.ts";

const server = process.env.TEST_DATABASE_URL ?? "";
const PLACE = ["ecs", "cn-hangzhou"] as const;
const SOURCE = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
const ID = toGlobalId({ type: "Invocation", source: SOURCE, invokeId: "t-live" });
const WATCH = `subscription ($id: ID!) { invocationUpdated(id: $id) {
  status instanceInvocations { nodes { instanceId result { output { text } } } } } }`;
const WATCH_LIST = "subscription { invocationsChanged { entered { invokeId } changed { invokeId status } } }";

interface Told {
  readonly entered: readonly { readonly invokeId: string }[];
  readonly changed: readonly { readonly invokeId: string; readonly status: string }[];
}

/** Resolves once an event says so; a row may be told twice before. */
async function told(list: Subscriber, saysSo: (change: Told) => boolean): Promise<void> {
  const changes = () => list.results as readonly { readonly data: { readonly invocationsChanged: Told } }[];
  while (!changes().some(({ data }) => saysSo(data.invocationsChanged))) await list.reached(list.results.length + 1);
}

const world = () =>
  createWorld({
    ecs: {
      "cn-hangzhou": {
        invocations: [
          { invokeId: "t-live", instances: [{ instanceId: "i-1", status: "Running", output: "begun\n" }] },
          { invokeId: "t-old", instances: [{ instanceId: "i-1", status: "Running" }] },
        ],
      },
    },
    swas: {},
  });

// Each gateway has a key of its own, which tells at the upstream who asks.
describe("two gateways on one database", () => {
  let database: OwnDatabase;
  let emulator: Emulator;
  const stops: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    // What others did a minute ago counts, so each test has its own.
    database = await createOwnDatabase(server);
    stops.push(database.drop);
    const keys = ["one", "two"].map((name) => ({ accessKeyId: name, accessKeySecret: "testsecret" }));
    emulator = createEmulator({ world: world(), keys });
    await emulator.start();
    stops.push(() => emulator.stop());
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function start(key: string, settings: Readonly<Record<string, string>> = {}) {
    const config = readConfig({
      PORT: "0",
      ECS_REGIONS: "cn-hangzhou",
      ECS_ENDPOINT: emulator.url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: key,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      CURSOR_KEYS: "a key that only tests use",
      DATABASE_URL: database.url,
      WATCH_MIN_INTERVAL_MS: "200",
      FRESHNESS_MS: "60000",
      UPSTREAM_QUOTA: AMPLE_QUOTA,
      ...settings,
    });
    const app = createApp(config, { logDestination: { write: () => {} } });
    const { url } = await app.start();
    stops.push(app.stop);
    const metric = async (name: string): Promise<string | undefined> => {
      const text = await (await fetch(new URL("/metrics", url))).text();
      return text
        .split("\n")
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1);
    };
    while ((await metric("gateway_database_up")) !== "1") {}
    return {
      stop: app.stop,
      metric,
      watch: (query: string, variables = {}): Subscriber => {
        const one = TRANSPORTS["server-sent events"](url, { query, variables });
        stops.push(one.leave);
        return one;
      },
      async ask(query: string): Promise<unknown> {
        const headers = { "content-type": "application/json" };
        return (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })).json();
      },
    };
  }
  /** Who read lists; what a single run printed is read by the one who comes first, once. */
  const askers = () => [
    ...new Set(
      emulator.calls
        .filter(({ parameters }) => parameters.Timed === undefined && parameters.InvokeId === undefined)
        .map(({ accessKeyId }) => accessKeyId),
    ),
  ];

  it("a run and a list that both watch are looked at by one of them, and by the other one once that ends", async () => {
    const [one, two] = [await start("one"), await start("two")];
    while ((await one.metric("gateway_replicas")) !== "2") {}
    const first = [one.watch(WATCH, { id: ID }), one.watch(WATCH_LIST)];
    for (const subscriber of first) await subscriber.reached(1);
    while ((await one.metric('gateway_leases_held{duty="list"}')) !== "1") {}
    while ((await one.metric('gateway_leases_held{duty="run"}')) !== "1") {}
    const [run, list] = [two.watch(WATCH, { id: ID }), two.watch(WATCH_LIST)];
    for (const subscriber of [run, list]) await subscriber.reached(1);
    emulator.clearCalls();
    const added = emulator.world.addInvocation(...PLACE, { instances: [{ instanceId: "i-1", status: "Running" }] });
    await told(list, ({ entered }) => entered.some(({ invokeId }) => invokeId === added));
    emulator.world.finishInvocation(...PLACE, "t-old");
    await told(list, ({ changed }) => changed.some((run) => run.invokeId === "t-old" && run.status === "SUCCESS"));
    expect(askers()).toEqual(["one"]);

    await one.stop();
    emulator.world.finishInvocation(...PLACE, "t-live", { output: "done\n" });
    await run.end;
    expect(run.results.at(-1)).toMatchObject({
      data: {
        invocationUpdated: {
          status: "SUCCESS",
          instanceInvocations: { nodes: [{ result: { output: { text: "done\n" } } }] },
        },
      },
    });
  });

  it("who watches an output is told what the other gateway read of it, long before the next look", async () => {
    const seldom = { WATCH_MIN_INTERVAL_MS: "60000", WATCH_MAX_INTERVAL_MS: "120000", FRESHNESS_MS: "1" };
    const [one, two] = [await start("one", seldom), await start("two", seldom)];
    const watcher = two.watch(WATCH, { id: ID });
    await watcher.reached(1);
    emulator.world.updateRecord(...PLACE, "t-live", "i-1", { output: "begun\nmore\n" });
    const isTold = () => JSON.stringify(watcher.results.at(-1)).includes("more");
    while (!isTold()) {
      await one.ask(
        `{ node(id: "${ID}") { ... on Invocation { instanceInvocations { nodes { result { output { text } } } } } } }`,
      );
    }
    expect(watcher.results).toHaveLength(2);
  });

  it("what one read of a list is not read again by the other", async () => {
    const instances = [{ instanceId: "i-1", status: "Success" as const }];
    for (let n = 0; n < 60; n += 1) emulator.world.addInvocation(...PLACE, { invokeId: `t-${n}`, instances });
    const [one, two] = [await start("one"), await start("two")];
    const QUERY = "{ invocations(first: 62) { nodes { invokeId } } }";
    const answer = (await one.ask(QUERY)) as { readonly data: { readonly invocations: { readonly nodes: object[] } } };
    expect(answer.data.invocations.nodes).toHaveLength(62);
    expect(await two.ask(QUERY)).toMatchObject({ data: answer.data });
    // Each process reads a source's newest runs once, to find out where scheduled ones are listed; what lies behind them one reads.
    const behind = emulator.calls.filter(({ parameters }) => parameters.NextToken !== undefined);
    expect(behind.map(({ accessKeyId }) => accessKeyId)).toEqual(["one"]);
  });

  it("both together stay within the quota", async () => {
    const quota = { UPSTREAM_QUOTA: "ecs=5", FRESHNESS_MS: "0" };
    const gateways = [await start("one", quota), await start("two", quota)];
    const QUERY = "{ invocations(first: 10) { nodes { invokeId } } }";
    for (let round = 0; round < 8; round += 1) await Promise.all(gateways.map(({ ask }) => ask(QUERY)));
    const lists = emulator.calls.filter(({ action }) => action === "DescribeInvocations");
    expect(lists.length).toBeLessThanOrEqual(5);
    expect(lists.length).toBeGreaterThanOrEqual(3);
  });
});
