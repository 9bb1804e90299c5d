import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";

import { type Caller, createOpenView, createRateLimits, NO_LIMITS } from "#access";
import { ClientGoneError, InputError, type Operation } from "#domain";
import { CLIENT_LIMITS, type Client, createClients } from "../../../src/edge/admission/clients.ts";
import { LastingOperation, startOperation } from "../../../src/edge/admission/operation.ts";
import { createTurns } from "../../../src/edge/admission/turns.ts";
import { RefusalError } from "../../../src/edge/errors/refusal.ts";
import { createFakeClock } from "../../support/clock.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { askLive, createLiveSchema } from "../live-schema.ts";

const here = { remoteAddress: "10.0.0.1" };
const there = { remoteAddress: "10.0.0.2" };

function limitOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    if (error instanceof RefusalError) return error.extensions;
    return error instanceof InputError ? error.met : error;
  }
  return null;
}

describe("upstream calls of one client", () => {
  it("are refused above the limit until the minute is over, and nobody else's", () => {
    const clock = createFakeClock();
    const clients = createClients(clock, { ...CLIENT_LIMITS, callsPerMinute: 3 });
    const spend = (who: typeof here) => {
      const operation = new LastingOperation("id", { callBudget: 200, client: clients.of(who) });
      return limitOf(() => operation.meter.spend());
    };
    const refused = { limit: "clientCalls", max: 3, actual: 4 };
    expect([1, 2, 3, 4].map(() => spend(here))).toEqual([null, null, null, refused]);
    expect(spend(there)).toBeNull();
    clock.setBack(3_600_000);
    void clock.advance(60_000);
    expect(spend(here)).toBeNull();
  });

  it("have no limit with 0", () => {
    const client = createClients(createFakeClock(), { ...CLIENT_LIMITS, callsPerMinute: 0 }).of(here);
    expect(Array.from({ length: 5_000 }, () => limitOf(client.spendCall)).every((met) => met === null)).toBe(true);
  });

  it("have 60 look-ups a minute of ids that were not made here", () => {
    const client = createClients(createFakeClock(), CLIENT_LIMITS).of(here);
    const met = Array.from({ length: 61 }, () => limitOf(client.spendForeignId));
    expect([met.slice(0, 60).every((one) => one === null), met[60]]).toEqual([
      true,
      { limit: "foreignIds", max: 60, actual: 61 },
    ]);
  });
});

it.each<[string, (client: Client) => Operation]>([
  [
    "an operation",
    (client) => startOperation("id", { clock: createFakeClock(), deadlineMs: 1, callBudget: 1, client }).operation,
  ],
  ["a subscription", (client) => new LastingOperation("id", { callBudget: 1, client })],
])("%s works, and goes on after a reading that many waited for, in turns of its client", async (_kind, begin) => {
  const taken: string[] = [];
  const note = (kind: string) => async () => {
    taken.push(kind);
  };
  const client = createClients(createFakeClock(), CLIENT_LIMITS).of(here);
  const operation = begin({ ...client, turn: note("turn"), pass: note("pass") });
  await operation.turn?.();
  await operation.pass?.();
  expect(taken).toEqual(["turn", "pass"]);
});

describe("subscriptions of a known caller", () => {
  const caller: Caller = {
    id: "k:ann",
    name: "ann",
    knownBy: "key",
    roles: [],
    view: createOpenView(),
    expiresAt: null,
  };
  const tableOf = (subscriptions: number) => ({ default: { ...NO_LIMITS, subscriptions }, byName: new Map() });

  it.each([0, 2])("are not counted by the caller's limit of %i if the client has too many", (subscriptions) => {
    const clock = createFakeClock();
    const limits = createRateLimits(tableOf(subscriptions), clock);
    const client = createClients(clock, { ...CLIENT_LIMITS, watchers: 1 }, limits).of(here, caller);
    const leave = client.watch();
    const refused = { code: "LIMIT_EXCEEDED", limit: "clientWatchers", max: 1, actual: 2 };
    expect([1, 2, 3].map(() => limitOf(client.watch))).toEqual([refused, refused, refused]);
    leave();
    limits.reload(tableOf(1));
    expect(limitOf(client.watch)).toBeNull();
  });

  it("are not counted by the client's limit if the caller has too many", () => {
    const clock = createFakeClock();
    const limits = createRateLimits(tableOf(1), clock);
    const client = createClients(clock, { ...CLIENT_LIMITS, watchers: 2 }, limits).of(here, caller);
    const leave = client.watch();
    const refused = { code: "RATE_LIMITED", limit: "subscriptions" };
    expect([1, 2, 3].map(() => limitOf(client.watch))).toEqual([refused, refused, refused]);
    leave();
    expect(limitOf(client.watch)).toBeNull();
  });
});

describe("subscriptions and connections of one client", () => {
  let gateway: TestGateway;
  afterEach(() => gateway.stop());

  it.each(["websocket", "server-sent events"] as const)("refuses one subscription too many over %s", async (name) => {
    gateway = await startGateway({
      schema: createLiveSchema(),
      clientLimits: { ...CLIENT_LIMITS, watchers: 1 },
    });
    const stays = await fetch(`${gateway.url}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "subscription { wait }" }),
    });
    const reader = stays.body?.getReader();
    await reader?.read();
    const { results } = await askLive(name, gateway.url, { query: "subscription { count(to: 1) }" });
    expect(results).toEqual([
      {
        errors: [
          {
            message: "Limit clientWatchers: at most 1 subscriptions of one client are allowed, 2 came.",
            extensions: { code: "LIMIT_EXCEEDED", limit: "clientWatchers", max: 1, actual: 2 },
          },
        ],
      },
    ]);
    await reader?.cancel();
    for (;;) {
      const again = await askLive(name, gateway.url, { query: "subscription { count(to: 1) }" });
      if (!JSON.stringify(again).includes("clientWatchers")) break;
    }
  });

  it("refuses one connection too many with the reason, until another is closed", async () => {
    gateway = await startGateway({ clientLimits: { ...CLIENT_LIMITS, sockets: 2 } });
    const port = Number(new URL(gateway.url).port);
    const held = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    await Promise.all(held.map((socket) => once(socket, "connect")));
    const ask = async () => {
      const socket = connect(port, "127.0.0.1");
      socket.write("GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      return text;
    };
    const refused = await ask();
    expect([refused.split("\r\n")[0], refused.includes('"limit":"clientSockets","max":2,"actual":3')]).toEqual([
      "HTTP/1.1 503 Service Unavailable",
      true,
    ]);
    held[0]?.destroy();
    let answer = refused;
    while (answer.includes("clientSockets")) answer = await ask();
    expect(answer.split("\r\n")[0]).toBe("HTTP/1.1 200 OK");
    held[1]?.destroy();
  });
});

describe("turns", () => {
  it("go to clients in rotation, and to small operations before large ones", async () => {
    const turns = createTurns(() => 0);
    const order: string[] = [];
    const note = async (name: string, turn: Promise<() => void> | null) => {
      const leave = await turn;
      order.push(name);
      leave?.();
    };
    await Promise.all([
      note("large a1", turns.enter("a", 10_000)),
      note("large a2", turns.enter("a", 10_000)),
      note("large b1", turns.enter("b", 10_000)),
      note("small b", turns.enter("b", 10)),
    ]);
    expect(order).toEqual(["small b", "large a1", "large b1", "large a2"]);
  });

  it("let three large operations work at a time, and the next when one has ended", async () => {
    const turns = createTurns(() => 0);
    const leaving: (() => void)[] = [];
    for (let count = 0; count < 5; count += 1) {
      void turns.enter(`client ${count}`, 10_000)?.then((leave) => leaving.push(leave));
    }
    const rounds = async () => {
      for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
      return leaving.length;
    };
    expect(await rounds()).toBe(3);
    leaving[0]?.();
    leaving[0]?.();
    expect(await rounds()).toBe(4);
  });

  it.each([
    ["at once where it alone was small", [], true],
    ["after a pause where another one came, be it of the same client", ["a"], false],
    ["after a pause where several others came", ["a", "b", "b"], false],
  ])("let an operation that turns out to be much work go on %s", async (_name, others, isAtOnce) => {
    let now = 0;
    const turns = createTurns(() => now);
    const asker = {};
    void turns.enter("a", 10, asker);
    for (const other of others) void turns.enter(other, 10, {});
    await turns.wait("a", asker);
    now += 100;
    let rounds = 0;
    let hasTurn = false;
    void turns.wait("a", asker).then(() => {
      hasTurn = true;
    });
    for (; rounds < 5 && !hasTurn; rounds += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(hasTurn).toBe(isAtOnce);
  });

  it("are not waited for in a round that has hardly worked, and are in one that has", () => {
    let now = 0;
    const turns = createTurns(() => now);
    const first = turns.enter("a", 10);
    now += 6;
    expect([first, turns.enter("a", 10)]).toEqual([null, expect.any(Promise)]);
  });
});

describe("a turn in which a client reads on", () => {
  it("is over once the round has worked enough, though no promise has come to its end", async () => {
    let now = 0;
    const turns = createTurns(() => now);
    await turns.next("a");
    const inTurn = turns.arrive("a");
    now = 1;
    expect([inTurn, await turns.arrive("a"), turns.enter("a", 1)]).toEqual([null, undefined, null]);
  });
});

describe("an operation whose client is gone", () => {
  it("ends for a reason that is no fault of the gateway", () => {
    const clock = createFakeClock();
    const client = createClients(clock, CLIENT_LIMITS).of({ remoteAddress: "127.0.0.1" });
    const running = startOperation("id", { clock, client, deadlineMs: 1_000, callBudget: 1 });
    running.abandon();
    expect(running.operation.signal.reason).toEqual(new ClientGoneError());
  });
});
