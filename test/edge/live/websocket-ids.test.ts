import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";

import { startGateway, type TestGateway } from "../gateway.ts";
import { createLiveSchema } from "../live-schema.ts";

interface Connection {
  readonly socket: WebSocket;
  /** Type and id of what came after the acknowledgement. */
  readonly told: readonly string[];
  /** Resolves once so many messages were told. */
  reached(count: number): Promise<void>;
}

async function connect(url: string): Promise<Connection> {
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws");
  const told: string[] = [];
  await once(socket, "open");
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  socket.on("message", (message) => {
    const { type, id } = JSON.parse(String(message)) as Record<string, string>;
    told.push(`${type} ${id}`);
    socket.emit("told");
  });
  return {
    socket,
    told,
    async reached(count) {
      while (told.length < count) await once(socket, "told");
    },
  };
}

const subscribe = (id: string, query = "subscription { wait }") =>
  JSON.stringify({ id, type: "subscribe", payload: { query } });
const complete = (id: string) => JSON.stringify({ id, type: "complete" });

describe("the id of an operation on a WebSocket", () => {
  let notes: string[];
  let begun: string[];
  let gateway: TestGateway;
  let connection: Connection;
  beforeEach(async () => {
    [notes, begun] = [[], []];
    gateway = await startGateway({ schema: createLiveSchema(notes, begun) });
    connection = await connect(gateway.url);
  });
  afterEach(() => gateway.stop());
  const untilStopped = async (count: number) => {
    while (notes.length < count) await new Promise((resolve) => setImmediate(resolve));
    return notes.splice(0);
  };
  // Of one system call, so that nothing else happens between them.
  const send = (...messages: readonly string[]) => {
    const { socket } = connection;
    const held = (socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket;
    held.cork();
    for (const message of messages) socket.send(message);
    held.uncork();
  };
  /** By then, all that was sent before has been answered. */
  const askLast = async () => {
    send(subscribe("last", "{ hello }"));
    while (!connection.told.includes("complete last")) await once(connection.socket, "told");
  };

  it("may be used again at once: the end of the one before is not that of the next", async () => {
    send(subscribe("1"));
    await connection.reached(1);
    send(complete("1"), subscribe("1"));
    await connection.reached(2);
    expect(await untilStopped(1)).toEqual(["stopped"]);
    await askLast();
    expect(connection.told).toEqual(["next 1", "next 1", "next last", "complete last"]);
    connection.socket.close();
    expect(await untilStopped(1)).toEqual(["stopped"]);
  });

  it("may be used again before the one before has begun: that one does not begin", async () => {
    send(subscribe("1"), complete("1"), subscribe("1"));
    await connection.reached(1);
    await askLast();
    expect(connection.told).toEqual(["next 1", "next last", "complete last"]);
    expect(begun).toEqual(["wait"]);
    connection.socket.close();
    expect(await untilStopped(1)).toEqual(["stopped"]);
  });

  it("may be used again after an end that its client was told", async () => {
    send(subscribe("1", "{ hello }"));
    await connection.reached(2);
    send(subscribe("1", "{ nothing }"));
    await connection.reached(3);
    send(subscribe("1", "{ hello }"));
    await connection.reached(5);
    expect(connection.told).toEqual(["next 1", "complete 1", "error 1", "next 1", "complete 1"]);
    connection.socket.close();
  });

  it.each([
    ["a short one", "1", undefined],
    ["a long one", "i".repeat(1_000), undefined],
    ["one of a message that is too large", "1", `{ hello } #${"x".repeat(102_400)}`],
  ])("closes the connection if it is in use: %s", async (_name, id, query) => {
    send(subscribe(id));
    await connection.reached(1);
    send(subscribe(id, query));
    const [code, reason] = await once(connection.socket, "close");
    expect([code, String(reason)]).toEqual([4409, `Subscriber for ${id.slice(0, 20)} already exists`]);
    expect(await untilStopped(1)).toEqual(["stopped"]);
  });

  it("that is nobody's is none that can be ended", async () => {
    send(subscribe("a"));
    await connection.reached(1);
    send(complete("1"), complete("b"));
    await askLast();
    expect([connection.told, notes]).toEqual([["next a", "next last", "complete last"], []]);
    connection.socket.close();
    expect(await untilStopped(1)).toEqual(["stopped"]);
  });
});
