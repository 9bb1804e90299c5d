import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "@jest/globals";

import { InputError, type Operation, takeBreak } from "#domain";
import { systemClock } from "../../../src/system-clock.ts";
import { createFakeClock } from "../../support/clock.ts";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;

/** Something to wait for that a resolver tells. */
function createSignal<Value>() {
  let tell: (value: Value) => void = () => {};
  const told = new Promise<Value>((resolve) => {
    tell = resolve;
  });
  return { told, tell };
}

const untilAborted = (operation: Operation) =>
  new Promise<never>((_resolve, reject) => {
    operation.signal.addEventListener("abort", () => reject(new InputError("BAD_USER_INPUT", "aborted")));
  });

let gateway: TestGateway;
afterEach(() => gateway.stop());

describe("an operation's deadline", () => {
  it("aborts what waits, and answers with what there is", async () => {
    const clock = createFakeClock();
    const started = createSignal<Operation>();
    const resolve = (_args: unknown, operation: Operation) => {
      started.tell(operation);
      return untilAborted(operation);
    };
    gateway = await startGateway({
      clock,
      schema: stubSchema("type Query { fast: String slow: String }", { Query: { fast: () => "fast", slow: resolve } }),
    });
    const answer = gateway.ask({ query: "{ fast slow }" });
    const operation = await started.told;
    expect(operation.deadline).toBe(clock.elapsed() + 10_000);
    await clock.advance(10_000);
    expect(await answer).toMatchObject({
      status: 200,
      body: { data: { fast: "fast", slow: null }, errors: [{ message: "aborted", path: ["slow"] }] },
    });
  });

  it("answers 250 ms later at the latest, also where somebody does not stop waiting", async () => {
    const clock = createFakeClock();
    const started = createSignal<void>();
    gateway = await startGateway({
      clock,
      schema: stubSchema("type Query { never: String }", {
        Query: {
          never: () => {
            started.tell();
            return new Promise(() => {});
          },
        },
      }),
    });
    const asJson = gateway.ask({ query: "{ never }" });
    await started.told;
    const asGraphql = gateway.ask({ query: "{ never }" }, { accept: "application/graphql-response+json" });
    while (clock.sleeps.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10_250);
    const body = {
      errors: [{ message: "The operation did not end within 10000 ms.", extensions: { code: "DEADLINE_EXCEEDED" } }],
    };
    expect(await asJson).toMatchObject({ status: 200, body });
    expect(await asGraphql).toMatchObject({ status: 504, body });
  });

  it.each([
    ["application/json", 200],
    ["application/graphql-response+json", 504],
  ])("is told alike where it passes before anything is executed, as %s", async (accept, status) => {
    const clock = createFakeClock();
    gateway = await startGateway({
      clock,
    });
    const body = '{"query":"{ hello }"}';
    const asked = httpRequest(gateway.url, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": body.length, accept },
    });
    const answer = new Promise<IncomingMessage>((resolve) => asked.on("response", resolve));
    asked.write(body.slice(0, 5));
    while (clock.sleeps.length < 1) await takeBreak();
    await clock.advance(10_000);
    asked.end(body.slice(5));
    const response = await answer;
    expect([response.statusCode, JSON.parse(await text(response))]).toEqual([
      status,
      {
        errors: [{ message: "The operation did not end within 10000 ms.", extensions: { code: "DEADLINE_EXCEEDED" } }],
      },
    ]);
  });

  it("ends the wait for a body that does not come", async () => {
    gateway = await startGateway({ operationDeadlineMs: 20 });
    const { port } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1");
      socket.once("data", (chunk) => {
        socket.destroy();
        resolve(chunk.toString());
      });
      socket.write(
        'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"query":',
      );
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it.each([
    ["answers", 1_500],
    ["is closed to", 3_000],
  ])("%s a body in %i pieces", async (does, pieces) => {
    gateway = await startGateway();
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1").on("error", () => {});
    const answer = text(socket).catch(() => "");
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${pieces}\r\n\r\n`,
    );
    for (const one of `{"query":"{hello}"${" ".repeat(pieces - 19)}}`) {
      socket.write(one);
      // What is written in one round of the event loop would come in one piece.
      await takeBreak();
    }
    expect((await answer).slice(0, 12)).toBe(does === "answers" ? "HTTP/1.1 200" : "");
  });
});

describe("a client that leaves", () => {
  it("ends what was asked for it", async () => {
    const started = createSignal<void>();
    const aborted = createSignal<string>();
    gateway = await startGateway({
      schema: stubSchema("type Query { slow: String }", {
        Query: {
          slow: async (_args, operation) => {
            operation.signal.addEventListener("abort", () => aborted.tell(operation.requestId));
            started.tell();
            return untilAborted(operation);
          },
        },
      }),
    });
    const leave = new AbortController();
    const answer = fetch(gateway.url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-request-id": "left" },
      body: '{"query":"{ slow }"}',
      signal: leave.signal,
    });
    await started.told;
    leave.abort();
    await expect(answer).rejects.toThrow();
    expect(await aborted.told).toBe("left");
    while (!gateway.log.some(({ msg }) => msg === "operation")) await new Promise((resolve) => setImmediate(resolve));
    expect(gateway.log.find(({ msg }) => msg === "operation")).toMatchObject({ requestId: "left", status: 499 });
  });
});

describe("the cost of an operation", () => {
  it("is told, and ends at the budget", async () => {
    gateway = await startGateway({
      operationCallBudget: 3,
      schema: stubSchema("type Query { call(times: Int!): Int }", {
        Query: {
          call: ({ times }, { meter }) => {
            for (let call = 0; call < Number(times); call += 1) meter.spend(source, "DescribeInvocations");
            meter.addCached(2);
            return times;
          },
        },
      }),
    });
    expect((await gateway.ask({ query: "{ call(times: 3) }" })).body).toEqual({
      data: { call: 3 },
      extensions: { cost: { calls: 3, cached: 2, budget: 3 } },
    });
    expect((await gateway.ask({ query: "{ call(times: 4) }" })).body).toEqual({
      errors: [
        {
          message:
            "The operation needs more than the 3 upstream calls that one operation may make: ask for fewer runs or instances, or leave out output.",
          locations: [{ line: 1, column: 3 }],
          path: ["call"],
          extensions: { code: "COST_LIMIT_EXCEEDED" },
        },
      ],
      data: { call: null },
      extensions: { cost: { calls: 3, cached: 0, budget: 3 } },
    });
  });
});

describe("readiness", () => {
  it("follows what the gateway can do, and life does not", async () => {
    let isReady: () => Promise<boolean> = async () => true;
    gateway = await startGateway({ isReady: () => isReady() });
    const ask = async (path: string) => {
      const response = await fetch(new URL(path, gateway.url));
      return [response.status, await response.text()];
    };
    expect(await ask("/readyz")).toEqual([200, "ok\n"]);
    isReady = async () => false;
    expect(await ask("/readyz")).toEqual([503, "not ready\n"]);
    isReady = () => Promise.reject(new Error("no credentials"));
    expect(await ask("/readyz")).toEqual([503, "not ready\n"]);
    expect(await ask("/livez")).toEqual([200, "ok\n"]);
  });
});

describe("a drain", () => {
  it("loses no request in flight, says that it is not ready, and then accepts nothing", async () => {
    const open = createSignal<string>();
    let waiting = 0;
    gateway = await startGateway({
      clock: systemClock,
      noticeMs: 200,
      schema: stubSchema("type Query { wait: String }", {
        Query: {
          wait: () => {
            waiting += 1;
            return open.told;
          },
        },
      }),
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const inFlight = Array.from({ length: 20 }, () => post(gateway.url, '{"query":"{ wait }"}', agent));
    while (waiting < 20) await new Promise((resolve) => setImmediate(resolve));
    const stopped = gateway.stop();
    expect((await fetch(new URL("/readyz", gateway.url))).status).toBe(503);
    const late = post(gateway.url, '{"query":"{ wait }"}', agent);
    while (waiting < 21) await new Promise((resolve) => setImmediate(resolve));
    open.tell("done");
    const answers = await Promise.all([...inFlight, late]);
    expect(new Set(answers)).toEqual(new Set(['200 {"data":{"wait":"done"}']));
    await stopped;
    await expect(fetch(gateway.url)).rejects.toThrow();
    agent.destroy();
  });

  it("ends although connections are kept open", async () => {
    gateway = await startGateway();
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("connect", resolve));
    await gateway.stop();
    await closed;
  });
});

function post(url: string, body: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: "POST", agent, headers: { "content-type": "application/json" } },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve(`${response.statusCode} ${text.slice(0, 23)}`));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
