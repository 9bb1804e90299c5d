import { afterEach, describe, expect, it } from "@jest/globals";

import type { Clock } from "#domain";
import { toGlobalId } from "#graph";
import { createWorld } from "../support/emulator/index.ts";
import { startGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.ts";
import { type LiveRequest, type Subscriber, TRANSPORTS } from "../support/live.ts";

const INTERVAL_MS = 54_321;

/** Real time, but for the pauses between two looks at a run: those end, and are over, when the test says so. */
function createStepper(): Clock & { step(): Promise<void>; paused(): Promise<void> } {
  let wake: (() => void) | null = null;
  let passed = 0;
  let arrive = () => {};
  let arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  return {
    now: () => Date.now() + passed,
    elapsed: () => performance.now() + passed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = ms === INTERVAL_MS ? undefined : setTimeout(resolve, ms);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
        if (ms !== INTERVAL_MS) return;
        wake = resolve;
        arrive();
      }),
    /** Waits for a pause: what changes from then on, no look meets halfway. */
    paused: () => arrived,
    /** Waits for a pause, and ends it. */
    async step() {
      await arrived;
      arrived = new Promise((resolve) => {
        arrive = resolve;
      });
      passed += INTERVAL_MS;
      wake?.();
    },
  };
}

const ECS = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
const SWAS = { provider: "SWAS", account: "default", regionId: "cn-hangzhou" } as const;
const RUNNING = { status: "Running", startTime: "2026-01-02T03:04:05Z" };
const SERVER = "a".repeat(32);

const world = () =>
  createWorld({
    ecs: {
      "cn-hangzhou": {
        invocations: [
          {
            invokeId: "t-live",
            creationTime: "2026-01-02T03:04:05Z",
            instances: [
              { instanceId: "i-1", ...RUNNING },
              { instanceId: "i-2", ...RUNNING },
            ],
          },
        ],
      },
    },
    swas: {
      "cn-hangzhou": {
        invocations: [
          {
            invokeId: "t-small",
            creationTime: "2026-01-02T03:04:05Z",
            instances: [{ instanceId: SERVER, ...RUNNING }],
          },
        ],
      },
    },
  });

const WATCH = `subscription ($id: ID!) { invocationUpdated(id: $id) {
  status isFinal instanceInvocations { nodes { instanceId status exitCode result { output { text } } } } } }`;
const live: LiveRequest = {
  query: WATCH,
  variables: { id: toGlobalId({ type: "Invocation", source: ECS, invokeId: "t-live" }) },
};

/** The run itself, and the outputs of up to 50 servers of it. */
const LOOK = ["DescribeInvocations", "DescribeInvocationResults"];

type Row = readonly [instanceId: string, status: string, exitCode: number | null, text: string | null];
const cost = { calls: 0, cached: 0, budget: 200 };
const state = (status: string, isFinal: boolean, ...rows: readonly Row[]) => ({
  data: {
    invocationUpdated: {
      status,
      isFinal,
      instanceInvocations: {
        nodes: rows.map(([instanceId, rowStatus, exitCode, text]) => ({
          instanceId,
          status: rowStatus,
          exitCode,
          result: { output: text === null ? null : { text } },
        })),
      },
    },
  },
  extensions: { cost },
});

describe("a watched run", () => {
  const subscribers: Subscriber[] = [];
  let gateway: TestGateway;
  let clock: ReturnType<typeof createStepper>;
  afterEach(async () => {
    for (const subscriber of subscribers.splice(0)) await subscriber.leave();
    await gateway.stop();
  });

  async function start(options: TestGatewayOptions = {}) {
    clock = createStepper();
    const interval = String(INTERVAL_MS);
    const settings = { WATCH_MIN_INTERVAL_MS: interval, WATCH_MAX_INTERVAL_MS: interval };
    gateway = await startGateway({ world: world(), clock, settings, ...options });
  }

  function subscribe(transport: keyof typeof TRANSPORTS, request: LiveRequest): Subscriber {
    const subscriber = TRANSPORTS[transport](gateway.url, request);
    subscribers.push(subscriber);
    return subscriber;
  }

  const all = (wait: (subscriber: Subscriber) => Promise<unknown>) => Promise.all(subscribers.map(wait));
  const asked = () => gateway.emulator.calls.map(({ action }) => action);

  it("is told the same to two clients over each transport, and asked for once a look", async () => {
    await start();
    const { world: far } = gateway.emulator;
    for (const transport of ["websocket", "server-sent events"] as const) {
      for (let client = 0; client < 2; client += 1) subscribe(transport, live);
    }
    await all((subscriber) => subscriber.reached(1));
    expect(asked()).toEqual(LOOK);
    const first = { status: "Success", exitCode: 0, output: "done\n", finishTime: "2026-01-02T03:04:07Z" };
    far.updateRecord("ecs", "cn-hangzhou", "t-live", "i-1", first);
    await clock.step();
    await all((subscriber) => subscriber.reached(2));
    await clock.step();
    far.updateRecord("ecs", "cn-hangzhou", "t-live", "i-2", { output: "half\n" });
    await clock.step();
    await all((subscriber) => subscriber.reached(3));
    // The event may be that of the look before, and this one still under way: an end within it would cost a call more.
    await clock.paused();
    far.finishInvocation("ecs", "cn-hangzhou", "t-live", { exitCode: 3, output: "half\nbroken\n" });
    await clock.step();

    expect(await all((subscriber) => subscriber.end)).toEqual(Array(4).fill("complete"));
    for (const { results } of subscribers) {
      expect(results).toEqual([
        state("RUNNING", false, ["i-1", "RUNNING", null, null], ["i-2", "RUNNING", null, null]),
        state("RUNNING", false, ["i-1", "SUCCESS", 0, "done\n"], ["i-2", "RUNNING", null, null]),
        state("RUNNING", false, ["i-1", "SUCCESS", 0, "done\n"], ["i-2", "RUNNING", null, "half\n"]),
        state("PARTIAL_FAILED", true, ["i-1", "SUCCESS", 0, "done\n"], ["i-2", "FAILED", 3, "half\nbroken\n"]),
      ]);
    }
    expect(asked()).toEqual(Array(5).fill(LOOK).flat());
  });

  it("is not asked for any more once its last client has left", async () => {
    await start();
    const [one, other] = [subscribe("websocket", live), subscribe("server-sent events", live)];
    await all((subscriber) => subscriber.reached(1));
    await one.leave();
    await other.leave();
    const later = subscribe("websocket", live);
    await later.reached(1);
    expect(later.results).toEqual([
      state("RUNNING", false, ["i-1", "RUNNING", null, null], ["i-2", "RUNNING", null, null]),
    ]);
    // The last one came before the first ones' look was old, and takes it, or looks anew.
    expect(asked().slice(0, 2)).toEqual(LOOK);
    const callCount = asked().length;
    await later.leave();
    expect(asked()).toHaveLength(callCount);
  });

  it("is told with outputs and details also where SWAS must be asked instance by instance", async () => {
    const denied = ["DescribeCommandInvocations"];
    await start({ keys: [{ accessKeyId: "testid", accessKeySecret: "testsecret", denied }] });
    const id = toGlobalId({ type: "Invocation", source: SWAS, invokeId: "t-small" });
    const subscriber = subscribe("server-sent events", { query: WATCH, variables: { id } });
    await subscriber.reached(1);
    gateway.emulator.world.finishInvocation("swas", "cn-hangzhou", "t-small", { output: "ok\n" });
    await clock.step();
    expect(await subscriber.end).toBe("complete");
    expect(subscriber.results).toEqual([
      state("RUNNING", false, [SERVER, "RUNNING", null, null]),
      state("SUCCESS", true, [SERVER, "SUCCESS", 0, "ok\n"]),
    ]);
    expect([...new Set(asked())].sort()).toEqual([
      "DescribeCommandInvocations",
      "DescribeInvocationResult",
      "DescribeInvocations",
      "ListInstances",
    ]);
  });

  it.each(["websocket", "server-sent events"] as const)("is NOT_FOUND over %s where it is gone", async (transport) => {
    await start();
    const id = toGlobalId({ type: "Invocation", source: ECS, invokeId: "t-gone" });
    const query = "subscription ($id: ID!) { invocationUpdated(id: $id) { status } }";
    const subscriber = subscribe(transport, { query, variables: { id } });
    // Right after it was begun, a run may not be seen yet.
    await clock.step();
    expect(await subscriber.end).toBe("complete");
    expect(subscriber.results).toEqual([
      {
        data: { invocationUpdated: null },
        errors: [
          {
            message: "There is no run t-gone of ECS in cn-hangzhou (any more).",
            path: ["invocationUpdated"],
            locations: [{ line: 1, column: 27 }],
            extensions: { code: "NOT_FOUND", argument: "id" },
          },
        ],
        extensions: { cost },
      },
    ]);
  });

  it("is offered to those who explore", async () => {
    await start();
    const script = await (await fetch(new URL("/explorer/start.js", gateway.url))).text();
    expect(script).toContain("subscription watchRun($id: ID!)");
  });

  it("is refused with wrong variables as over HTTP, whatever the transport", async () => {
    await start();
    const request = { query: WATCH, variables: { id: { not: "an id" } } };
    for (const transport of ["websocket", "server-sent events"] as const) {
      const subscriber = subscribe(transport, request);
      await subscriber.end;
      expect(subscriber.results).toMatchObject([{ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] }]);
    }
  });
});
