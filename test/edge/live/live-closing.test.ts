import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";

import type { Operation } from "#domain";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";
import { createLiveSchema } from "../live-schema.ts";

const CLIENTS = 30;
const BUSY_MS = 2;
/** As many as begin within the five milliseconds of a slice. */
const MOST_A_ROUND = 3;

/** What became of operations; to note that takes a while, as the end of each does. */
class SlowNotes extends Array<string> {
  override push(...notes: string[]): number {
    for (const until = performance.now() + BUSY_MS; performance.now() < until; );
    return super.push(...notes);
  }
}

function createWaitingSchema(notes: string[], begun: string[]) {
  const wait = async (_args: Record<string, unknown>, { signal }: Operation) => {
    begun.push("wait");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    notes.push("stopped");
    return "over";
  };
  return stubSchema("type Query { wait: String }", { Query: { wait } });
}

describe("connections that a client closes all at once", () => {
  let gateway: TestGateway;
  afterEach(() => gateway.stop());

  /** The most operations that one round of the event loop has ended. */
  async function countMost(notes: readonly string[]): Promise<number> {
    let most = 0;
    for (let before = 0; notes.length < CLIENTS; before = notes.length) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, notes.length - before);
    }
    return most;
  }

  const post = (path: string, query: string, accept: string) => {
    const body = JSON.stringify({ query });
    const headers = `host: localhost\r\naccept: ${accept}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    return `POST ${path} HTTP/1.1\r\n${headers}\r\n\r\n${body}`;
  };
  const openWith = (text: string) => (): Pick<Socket, "destroy"> => {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () => socket.write(text));
    return socket.on("error", () => {});
  };
  const openWebSocket = (): Pick<Socket, "destroy"> => {
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    socket.on("error", () => {}).on("open", () => socket.send('{"type":"connection_init"}'));
    const message = JSON.stringify({ id: "1", type: "subscribe", payload: { query: "subscription { wait }" } });
    socket.once("message", () => socket.send(message));
    return { destroy: () => socket.terminate() as never };
  };

  it.each([
    ["WebSockets", createLiveSchema, openWebSocket],
    [
      "event streams",
      createLiveSchema,
      openWith(post("/graphql/stream", "subscription { wait }", "text/event-stream")),
    ],
    ["requests that wait", createWaitingSchema, openWith(post("/graphql", "{ wait }", "application/json"))],
  ])("end a few in each round of the event loop: %s", async (_name, createSchema, open) => {
    const notes = new SlowNotes();
    const begun: string[] = [];
    gateway = await startGateway({ schema: createSchema(notes, begun) });
    const sockets = Array.from({ length: CLIENTS }, open);
    while (begun.length < CLIENTS) await new Promise((resolve) => setImmediate(resolve));
    for (const socket of sockets) socket.destroy();
    expect(await countMost(notes)).toBeLessThanOrEqual(MOST_A_ROUND);
  });
});
