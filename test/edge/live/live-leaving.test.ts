import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createClient as createWsClient } from "graphql-ws";
import { WebSocket } from "ws";
import { createOpenAccess } from "#access";
import { createAdmission } from "../../../src/edge/admission/admission.ts";
import { CLIENT_LIMITS, createClients } from "../../../src/edge/admission/clients.ts";
import { createGate } from "../../../src/edge/documents/gate.ts";
import { createReaders } from "../../../src/edge/http/readers.ts";
import { createEventStreamRoute } from "../../../src/edge/live/event-stream-route.ts";
import { createOperationMetrics } from "../../../src/edge/telemetry/operation-metrics.ts";
import { createOptions, startGateway, type TestGateway } from "../gateway.ts";
import { createLiveSchema } from "../live-schema.ts";

describe("a client that leaves", () => {
  const notes: string[] = [];
  let gateway: TestGateway;
  afterEach(() => gateway.stop());
  const untilStopped = async () => {
    while (notes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return notes.splice(0);
  };

  it("stops what it watched by unsubscribing, over WebSocket", async () => {
    gateway = await startGateway({ schema: createLiveSchema(notes) });
    const client = createWsClient({ url: gateway.url.replace("http", "ws"), webSocketImpl: WebSocket, lazy: false });
    await new Promise<void>((resolve) => {
      const unsubscribe = client.subscribe(
        { query: "subscription { wait }" },
        {
          next: () => {
            unsubscribe();
            resolve();
          },
          error: () => {},
          complete: () => {},
        },
      );
    });
    expect(await untilStopped()).toEqual(["stopped"]);
    await client.dispose();
  });

  it("stops what it watched by closing, over WebSocket and over server-sent events", async () => {
    gateway = await startGateway({ schema: createLiveSchema(notes) });
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    socket.on("open", () => socket.send('{"type":"connection_init"}'));
    socket.on("message", (message) => {
      const { type } = JSON.parse(String(message)) as { type: string };
      if (type === "connection_ack")
        socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { wait }"}}');
      if (type === "next") socket.terminate();
    });
    expect(await untilStopped()).toEqual(["stopped"]);

    const leave = new AbortController();
    const response = await fetch(`${gateway.url}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: '{"query":"subscription { wait }"}',
      signal: leave.signal,
    });
    await response.body?.getReader().read();
    leave.abort();
    expect(await untilStopped()).toEqual(["stopped"]);
  });

  it("is told when the server goes: WebSockets close with 1001, streams end without completing", async () => {
    gateway = await startGateway({ schema: createLiveSchema(notes) });
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => socket.on("open", resolve));
    const response = await fetch(`${gateway.url}/stream`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: '{"query":"subscription { wait }"}',
    });
    const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const readOn = async () => {
      const { value = "", done = true } = (await stream?.read()) ?? {};
      text += value;
      return !done;
    };
    while (!text.endsWith("\n\n")) await readOn();
    await gateway.stop();
    expect(await closed).toBe(1001);
    while (await readOn());
    expect(text).toBe(
      'event: next\ndata: {"data":{"wait":1},"extensions":{"cost":{"calls":1,"cached":0,"budget":200}}}\n\n',
    );
    expect(await untilStopped()).toEqual(["stopped"]);
  });

  it("stops what waits for its turn on the connection, over server-sent events", async () => {
    const begun: string[] = [];
    gateway = await startGateway({ schema: createLiveSchema(notes, begun) });
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    const body = '{"query":"subscription { wait }"}';
    const lines = ["host: localhost", "content-type: application/json", `content-length: ${body.length}`, "", body];
    socket.write(`POST /graphql/stream HTTP/1.1\r\n${lines.join("\r\n")}`.repeat(2));
    while (begun.length < 2) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (notes.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(notes.splice(0)).toEqual(["stopped", "stopped"]);
  });
});

describe("a client that has left before it is served", () => {
  it("is served nothing over server-sent events", async () => {
    const begun: string[] = [];
    const options = createOptions({ schema: createLiveSchema([], begun) });
    const access = createOpenAccess(options.clock);
    const route = createEventStreamRoute(options, {
      gate: createGate(options),
      metrics: createOperationMetrics(options.registry),
      clients: createClients(options.clock, CLIENT_LIMITS),
      readers: createReaders(options.clock),
      draining: new AbortController().signal,
      access,
      admission: createAdmission({ ...access, logger: options.logger }),
    });
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client.write(
      "GET /graphql/stream?query=subscription{wait} HTTP/1.1\r\nhost: x\r\napollo-require-preflight: 1\r\n\r\n",
    );
    const [request, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    client.destroy();
    await once(response, "close");
    await route(request, response);
    expect(begun).toEqual([]);
    server.close();
  });
});
