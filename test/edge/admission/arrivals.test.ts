import { on, once } from "node:events";
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";

import { startGateway, type TestGateway } from "../gateway.ts";
import { createLiveSchema } from "../live-schema.ts";

const COUNT = 40;
/** Long, and never the same. */
const heavy = (index: number) => `query q${index} { hello } # ${"x".repeat(2_000)}`;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ schema: createLiveSchema() });
});
afterAll(() => gateway.stop());

function ask(query: string, agent: Agent): Promise<string> {
  const headers = { "content-type": "application/json" };
  return new Promise((resolve, reject) => {
    const outgoing = request(gateway.url, { agent, method: "POST", headers }, (answer) => resolve(text(answer)));
    outgoing.on("error", reject).end(JSON.stringify({ query }));
  });
}

async function openWebSocket(): Promise<WebSocket> {
  const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
  await once(socket, "open");
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  return socket;
}

/** How many of the documents were answered when somebody else, who came after the first of the answers, was. */
async function countBefore(send: (answered: () => void) => Promise<unknown>): Promise<number> {
  const other = new Agent({ localAddress: "127.0.0.3" });
  let answered = 0;
  let found: Promise<number> | null = null;
  await send(() => {
    answered += 1;
    found ??= ask("{ hello }", other).then(() => answered);
  });
  other.destroy();
  return found ?? Number.NaN;
}

describe("large documents that nobody sent before", () => {
  it("keep nobody waiting who comes after them by HTTP", async () => {
    const agent = new Agent({ localAddress: "127.0.0.2" });
    const count = await countBefore((answered) =>
      Promise.all(Array.from({ length: COUNT }, (_, index) => ask(heavy(index), agent).then(answered))),
    );
    agent.destroy();
    expect(count).toBeLessThan(COUNT / 2);
  });

  it("keep nobody waiting who comes after them on one WebSocket", async () => {
    const socket = await openWebSocket();
    const count = await countBefore(async (answered) => {
      for (let index = 0; index < COUNT; index += 1) {
        const payload = { query: heavy(COUNT + index) };
        socket.send(JSON.stringify({ id: String(index), type: "subscribe", payload }));
      }
      let left = COUNT;
      for await (const [message] of on(socket, "message")) {
        if (JSON.parse(String(message)).type !== "complete") continue;
        answered();
        left -= 1;
        if (left === 0) break;
      }
    });
    socket.terminate();
    expect(count).toBeLessThan(COUNT / 2);
  });
});

describe("messages of a WebSocket", () => {
  it("are all answered, however many wait", async () => {
    const socket = await openWebSocket();
    const payload = { query: heavy(2 * COUNT) };
    socket.send(JSON.stringify({ id: "1", type: "subscribe", payload }));
    for (let count = 0; count < 2_000; count += 1) socket.send('{"type":"ping"}');
    let pongs = 0;
    for await (const [message] of on(socket, "message")) {
      if (String(message) === '{"type":"pong"}') pongs += 1;
      if (pongs === 2_000) break;
    }
    socket.terminate();
    expect(pongs).toBe(2_000);
  });

  it("close it if one comes in over 128 fragments", async () => {
    const socket = await openWebSocket();
    for (let count = 0; count < 200; count += 1) socket.send(" ", { fin: false });
    const [code] = await once(socket, "close");
    expect(code).toBe(1008);
  });
});
