import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createClient as createWsClient } from "graphql-ws";
import { WebSocket } from "ws";

import { refusalOf } from "../../../src/edge/live/websocket-refusal.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { createLiveSchema, EVENT_COST } from "../live-schema.ts";

describe("who may open a WebSocket", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ corsOrigins: ["https://console.example"] });
  });
  afterAll(() => gateway.stop());

  const open = (path: string, headers: Record<string, string>, protocol = "graphql-transport-ws") =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(new URL(path, gateway.url.replace("http", "ws")), protocol, { headers });
      socket.on("unexpected-response", (_request, response) => resolve(`refused ${response.statusCode}`));
      socket.on("error", (error) => resolve(error.message));
      socket.on("open", () => {
        if (protocol !== "graphql-transport-ws") return;
        resolve("open");
        socket.terminate();
      });
      socket.on("close", (code) => resolve(`closed ${code}`));
    });

  it("programs, its own pages and those of listed origins", async () => {
    expect(await open("/graphql", {})).toBe("open");
    expect(await open("/graphql", { origin: new URL(gateway.url).origin })).toBe("open");
    expect(await open("/graphql", { origin: "https://console.example" })).toBe("open");
    expect(await open("/graphql", { origin: "https://evil.example" })).toBe("refused 403");
    expect(await open("/graphql", { origin: "null" })).toBe("refused 403");
    expect(await open("/elsewhere", {})).toBe("refused 404");
  });

  it("is refused messages above 100 KB with 1009", async () => {
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    socket.on("open", () => socket.send("x".repeat(102_401)));
    expect(await new Promise((resolve) => socket.on("close", resolve))).toBe(1009);
  });

  it("is refused an operation above 100 KB by its id, and goes on", async () => {
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    const told: unknown[] = [];
    const ask = (id: string, query: string) =>
      socket.send(JSON.stringify({ id, type: "subscribe", payload: { query } }));
    socket.on("open", () => socket.send('{"type":"connection_init"}'));
    await new Promise<void>((resolve) => {
      socket.on("message", (message) => {
        const { type, id, payload } = JSON.parse(String(message)) as Record<string, unknown>;
        if (type === "connection_ack") {
          ask("large", `{ hello } # ${"x".repeat(102_400)}`);
          ask("small", "{ hello }");
        } else told.push([type, id, payload]);
        if (type === "complete") resolve();
      });
    });
    socket.terminate();
    const message = expect.stringMatching(
      /^Limit bodyBytes: at most 102400 bytes in the request's body are allowed, \d+ came\.$/,
    );
    const extensions = { code: "LIMIT_EXCEEDED", limit: "bodyBytes", max: 102_400, actual: expect.any(Number) };
    expect(told).toEqual([
      ["error", "large", [{ message, extensions }]],
      ["next", "small", { data: { hello: "hello" }, extensions: { cost: { ...EVENT_COST, calls: 0 } } }],
      ["complete", "small", undefined],
    ]);
  });

  it("is refused one connection too many", () => {
    const request = { headers: {} } as IncomingMessage;
    expect(refusalOf(request, { corsOrigins: [] }, 5_000)).toBeNull();
    expect(refusalOf(request, { corsOrigins: [] }, 5_001)).toMatchObject({
      status: 503,
      extensions: { code: "LIMIT_EXCEEDED", limit: "connections", max: 5_000, actual: 5_001 },
    });
  });

  it("is refused what a setting does not allow", async () => {
    const small = await startGateway({ maxWebSockets: 1 });
    const url = small.url.replace("http", "ws");
    const first = new WebSocket(url, "graphql-transport-ws");
    await once(first, "open");
    const second = new WebSocket(url, "graphql-transport-ws");
    const [, response] = (await once(second, "unexpected-response")) as [unknown, IncomingMessage];
    const message = "Limit connections: at most 1 connections are allowed, 2 came.";
    const extensions = { code: "LIMIT_EXCEEDED", limit: "connections", max: 1, actual: 2 };
    expect([response.statusCode, await json(response)]).toEqual([503, { errors: [{ message, extensions }] }]);
    first.terminate();
    await small.stop();
  });

  it("is refused the 101st operation at the same time", async () => {
    const busy = await startGateway({ schema: createLiveSchema() });
    const client = createWsClient({ url: busy.url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
    const waiting = { next: () => {}, error: () => {}, complete: () => {} };
    for (let count = 0; count < 100; count += 1) client.subscribe({ query: "subscription { wait }" }, waiting);
    const refused = new Promise((resolve) => {
      client.subscribe({ query: "{ hello }" }, { ...waiting, error: resolve });
    });
    expect(await refused).toMatchObject([{ extensions: { limit: "connectionOperations", max: 100, actual: 101 } }]);
    await client.dispose();
    await busy.stop();
  });
});

describe("who may open an event stream", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  const status = async (init: RequestInit, search = "") => (await fetch(`${gateway.url}/stream${search}`, init)).status;
  const json = { "content-type": "application/json" };

  it("nobody by what a foreign page could send without a preflight", async () => {
    expect(await status({ headers: { accept: "text/event-stream" } }, "?query={hello}")).toBe(400);
    expect(
      await status({ headers: { accept: "text/event-stream", "apollo-require-preflight": "1" } }, "?query={hello}"),
    ).toBe(200);
    expect(await status({ method: "POST", body: '{"query":"{ hello }"}' })).toBe(415);
    expect(await status({ method: "PUT" })).toBe(405);
  });

  it("who accepts it, with one request at a time", async () => {
    expect(
      await status({ method: "POST", headers: { ...json, accept: "application/json" }, body: '{"query":"{ hello }"}' }),
    ).toBe(406);
    expect(await status({ method: "POST", headers: json, body: '[{"query":"{ hello }"}]' })).toBe(400);
    expect(await status({ method: "POST", headers: json, body: " ".repeat(102_401) })).toBe(413);
  });
});
