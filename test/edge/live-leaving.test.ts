import { afterEach, describe, expect, it } from "@jest/globals";
import { createClient as createWsClient } from "graphql-ws";
import { WebSocket } from "ws";

import { startGateway, type TestGateway } from "./gateway.ts";
import { createLiveSchema } from "./live-schema.ts";

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
    const text = response.text();
    await gateway.stop();
    expect(await closed).toBe(1001);
    expect(await text).toBe(
      'event: next\ndata: {"data":{"wait":1},"extensions":{"cost":{"calls":1,"cached":0,"saved":0,"budget":200}}}\n\n',
    );
    expect(await untilStopped()).toEqual(["stopped"]);
  });
});
