import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { WebSocket, WebSocketServer } from "ws";
import { NextMessage, PING_MS, watchLife } from "../../../src/edge/live/websocket-life.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";

let server: Server;
let clock: FakeClock;
let client: WebSocket;
let accepted: WebSocket;
let request: IncomingMessage;
beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const connected = once(new WebSocketServer({ server }), "connection");
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong: false });
  const opened = once(client, "open");
  [accepted, request] = (await connected) as [WebSocket, IncomingMessage];
  await opened;
  clock = createFakeClock();
  const over = new AbortController();
  accepted.once("close", () => over.abort());
  const next = new NextMessage(accepted);
  request.socket.prependListener("data", ({ length }: Buffer) => next.read(length));
  void watchLife(clock, accepted, next, request.socket, over.signal);
});
afterEach(() => {
  client.terminate();
  server.close();
});

/** The next ping of the server, a period later. */
async function ping(): Promise<Buffer> {
  const came = once(client, "ping");
  await clock.advance(PING_MS);
  const [payload] = (await came) as [Buffer];
  return payload;
}

it("a client that answers no ping is cut, also if it sends pongs that nobody asked for", async () => {
  const closed = once(accepted, "close");
  await ping();
  const came = once(accepted, "pong");
  client.pong("something");
  await came;
  await clock.advance(PING_MS);
  expect((await closed)[0]).toBe(1006);
});

it("a client whose answer waits here to be read is not cut, and is asked again once it was read", async () => {
  const payload = await ping();
  request.socket.pause();
  client.pong(payload);
  await clock.advance(3 * PING_MS);
  expect(accepted.readyState).toBe(WebSocket.OPEN);
  const came = once(accepted, "pong");
  request.socket.resume();
  await came;
  expect(await ping()).not.toEqual(payload);
  expect(accepted.readyState).toBe(WebSocket.OPEN);
});

/** Answers the next ping. */
async function answer(): Promise<void> {
  const came = once(accepted, "pong");
  client.pong(await ping());
  await came;
}

it("a client whose message is not whole after two pings is cut, whatever it answers", async () => {
  const closed = once(accepted, "close");
  client.send("a", { fin: false });
  await answer();
  await answer();
  await clock.advance(PING_MS);
  expect((await closed)[0]).toBe(1006);
});

it("a client is not cut that ends a message in time and begins the next one", async () => {
  for (const text of ["a", "b", "c"]) {
    client.send(text, { fin: false });
    await answer();
    const came = once(accepted, "message");
    client.send(text);
    expect(String((await came)[0])).toBe(text + text);
  }
  await answer();
  expect(accepted.readyState).toBe(WebSocket.OPEN);
});
