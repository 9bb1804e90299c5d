import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { WebSocket, WebSocketServer } from "ws";
import { createSender, type Sender } from "../../../src/edge/live/websocket-sender.ts";

let server: Server;
let sockets: WebSocketServer;
let socket: WebSocket;
let client: WebSocket;
let sender: Sender;
let send: (text: string) => Promise<void>;
/** Calls of `wrote`, and how many texts had been given to the sender by then. */
let notes: number[];
let given: number;
async function connect(wrote: () => void) {
  const connected = once(sockets, "connection");
  const made = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const opened = once(made, "open");
  const [accepted, request] = (await connected) as [WebSocket, IncomingMessage];
  await opened;
  return { client: made, socket: accepted, sender: createSender(accepted, request.socket, wrote) };
}

beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  sockets = new WebSocketServer({ server });
  [notes, given] = [[], 0];
  ({ client, socket, sender } = await connect(() => void notes.push(given)));
  send = (text) => {
    given += 1;
    return sender.send(text);
  };
});
afterEach(() => {
  client.terminate();
  server.close();
});

describe("texts that are sent on a WebSocket", () => {
  it("arrive whole and in order, large and small, and are told of once a moment", async () => {
    const texts = Array.from(
      { length: 200 },
      (_, place) => `${place} ${"ü€".repeat(place % 50 === 7 ? 300_000 : place)}`,
    );
    const got: string[] = [];
    client.on("message", (message) => void got.push(String(message)));
    await Promise.all(texts.slice(0, 150).map(send));
    expect(notes).toEqual([150]);
    await Promise.all(texts.slice(150).map(send));
    expect(notes).toEqual([150, 200]);
    socket.close(1000);
    await once(client, "close");
    expect(got.map((text, place) => text === texts[place])).toEqual(texts.map(() => true));
  });

  it("are one text each, also if their middle was written for many", async () => {
    const middles = [Buffer.from("ü"), Buffer.from("€".repeat(20_000)), Buffer.alloc(0)];
    const got: string[] = [];
    client.on("message", (message) => void got.push(String(message)));
    await Promise.all(middles.map((middle, place) => sender.sendAround(`${place} ü `, middle, " €")));
    socket.close(1000);
    await once(client, "close");
    expect(got).toEqual(["0 ü ü €", `1 ü ${"€".repeat(20_000)} €`, "2 ü  €"]);
  });

  it("stay what they are while a client does not read them and others are sent many more", async () => {
    const other = await connect(() => {});
    const read = (from: WebSocket): string[] => {
      const got: string[] = [];
      from.on("message", (message) => void got.push(String(message)));
      return got;
    };
    const [late, prompt] = [read(client), read(other.client)];
    const textsOf = (name: string) => Array.from({ length: 4_000 }, (_, n) => `${name} ${n} ${"x".repeat(3_000)}`);
    const [own, others] = [textsOf("own"), textsOf("other")];
    client.pause();
    for (const [n, text] of own.entries()) {
      sender.sendAround(text.slice(0, 9), Buffer.from(text.slice(9)), "");
      other.sender.sendAround(others[n] ?? "", Buffer.alloc(0), "");
      if (n % 50 === 0) await once(other.client, "message");
    }
    client.resume();
    for (const one of [socket, other.socket]) one.close(1000);
    await Promise.all([once(client, "close"), once(other.client, "close")]);
    expect([late.filter((text, n) => text !== own[n]), prompt.filter((text, n) => text !== others[n])]).toEqual([
      [],
      [],
    ]);
    expect([late.length, prompt.length]).toEqual([4_000, 4_000]);
  });

  it("leave no room for more while the client does not read", async () => {
    expect(sender.room()).toBe(null);
    client.pause();
    void sender.sendAround("", Buffer.alloc(12_000_000, "a"), "");
    const room = sender.room();
    expect(room).toEqual(expect.any(Promise));
    client.resume();
    await room;
    expect(sender.room()).toBe(null);
  });

  it("keep nobody waiting once the connection is gone", async () => {
    client.terminate();
    await once(socket, "close");
    expect([await send("late"), await sender.sendAround("", Buffer.from("late"), ""), sender.room()]).toEqual([
      undefined,
      undefined,
      null,
    ]);
  });
});
