import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createApp } from "#app";
import { readConfig } from "#config";
import { systemClock } from "../../src/system-clock.ts";
import { createClockAhead } from "../support/clock-ahead.ts";
import { createOwnDatabase } from "../support/database.ts";
import { createEmulator, createWorld, type Emulator } from "../support/emulator/index.ts";
import { AMPLE_QUOTA } from "../support/quota.ts";
import { openWay, type Way } from "../support/way.ts";

const server = process.env.TEST_DATABASE_URL ?? "";
const PLACE = ["ecs", "cn-hangzhou"] as const;
const LIST = `{ invocations(first: 50) { nodes { invokeId instanceInvocations { nodes { result { output { text } } } } }
  sources { ok error { code } } } }`;
const STATE = "{ sources { ok error { code } backfill { phase } } }";
const AWAY = "ok\nThe database does not answer. Until it does, the gateway reads and writes memory.\n";
const MINUTE_MS = 60_000;

interface Answer {
  readonly data: {
    readonly invocations: { readonly nodes: readonly { readonly invokeId: string }[]; readonly sources: object };
    readonly sources: readonly { readonly backfill: { readonly phase: string } }[];
  };
  readonly errors?: readonly object[];
}

describe("a gateway whose database is away for a minute", () => {
  let emulator: Emulator;
  let way: Way;
  const stops: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    const database = await createOwnDatabase(server);
    stops.push(database.drop);
    way = await openWay(new URL(database.url));
    stops.push(way.cut);
    const invocations = Array.from({ length: 30 }, (_, n) => ({
      invokeId: `t-${n}`,
      instances: [{ instanceId: "i-1", output: `output of ${n}\n` }],
    }));
    emulator = createEmulator({ world: createWorld({ ecs: { [PLACE[1]]: { invocations } }, swas: {} }) });
    await emulator.start();
    stops.push(emulator.stop);
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function start() {
    const clock = createClockAhead(systemClock);
    const config = readConfig({
      PORT: "0",
      ECS_REGIONS: PLACE[1],
      ECS_ENDPOINT: emulator.url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
      CURSOR_KEYS: "a key that only tests use",
      DATABASE_URL: way.url,
      UPSTREAM_QUOTA: AMPLE_QUOTA,
    });
    const app = createApp(config, { clock, logDestination: { write: () => {} } });
    const { url } = await app.start();
    stops.push(app.stop);
    const read = async (path: string) => (await fetch(new URL(path, url))).text();
    return {
      read,
      pass: clock.pass,
      async ask(query: string): Promise<Answer> {
        const headers = { "content-type": "application/json" };
        return (await (
          await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) })
        ).json()) as Answer;
      },
      async isUp(): Promise<boolean> {
        return /^gateway_database_up 1$/m.test(await read("/metrics"));
      },
    };
  }
  const phaseOf = ({ data }: Answer): string | undefined => data.sources[0]?.backfill.phase;

  it("gives no reader an error, says so, and goes on with what it held", async () => {
    const gateway = await start();
    while (!(await gateway.isUp())) {}
    while (phaseOf(await gateway.ask(STATE)) !== "COMPLETE") {}
    const before = await gateway.ask(LIST);
    expect(before.data.invocations.nodes).toHaveLength(30);

    const answers: Promise<Answer>[] = [];
    const load = (times: number) => {
      for (let n = 0; n < times; n += 1) answers.push(gateway.ask(LIST));
    };
    load(10);
    const cut = way.cut();
    load(10);
    await cut;
    while (await gateway.isUp()) load(1);
    expect(await gateway.read("/readyz")).toBe(AWAY);
    expect((await gateway.ask(STATE)).data).toEqual({
      sources: [{ ok: true, error: null, backfill: { phase: "WAITING" } }],
    });
    const added = emulator.world.addInvocation(...PLACE, { instances: [{ instanceId: "i-1", output: "new\n" }] });
    for (let times = 0; times < 6; times += 1) {
      // Who still waits when the clock is set on has waited for as long, and its time is over.
      await Promise.all(answers);
      gateway.pass(MINUTE_MS / 6);
      load(10);
    }
    // The minute passes in an instant: a reading that is under way is not waited for, and what was known is shown until it ends.
    while ((await gateway.ask(LIST)).data.invocations.nodes[0]?.invokeId !== added) {}
    expect(await gateway.read("/readyz")).toBe(AWAY);
    const told = await Promise.all(answers);
    expect(told.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(told.filter(({ data }) => data.invocations.nodes.length < 30)).toEqual([]);

    await way.mend();
    while (!(await gateway.isUp())) {}
    expect(await gateway.read("/readyz")).toBe("ok\n");
    const after = await gateway.ask(LIST);
    expect(after.data.invocations.nodes.map(({ invokeId }) => invokeId)).toEqual([
      added,
      ...before.data.invocations.nodes.map(({ invokeId }) => invokeId),
    ]);
    while (phaseOf(await gateway.ask(STATE)) !== "COMPLETE") {}
  }, 60_000);
});
