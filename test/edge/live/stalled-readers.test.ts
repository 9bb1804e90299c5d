import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const LARGE = "x".repeat(2_000_000);
const ASKED = 20;
const rounds = async (count: number) => {
  for (let round = 0; round < count; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("a client that does not read what it asked for on a WebSocket", () => {
  let gateway: TestGateway;
  let executed = 0;
  afterEach(() => gateway.stop());

  /** A socket that has asked for more than the system takes, and reads nothing of it. */
  async function stall(): Promise<WebSocket> {
    executed = 0;
    const large = () => {
      executed += 1;
      return LARGE;
    };
    gateway = await startGateway({ schema: stubSchema("type Query { large: String }", { Query: { large } }) });
    const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    await once(socket, "open");
    socket.send('{"type":"connection_init"}');
    await once(socket, "message");
    socket.pause();
    for (let id = 1; id <= ASKED; id += 1) {
      socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload: { query: "{ large }" } }));
    }
    while (executed === 0) await rounds(1);
    await rounds(300);
    return socket;
  }

  it("has no more executed than it reads, and all of it once it reads", async () => {
    const socket = await stall();
    expect(executed).toBeLessThan(ASKED);
    let answers = 0;
    socket.on("message", (message) => {
      if (String(message).includes('"type":"next"')) answers += 1;
    });
    socket.resume();
    while (answers < ASKED) await once(socket, "message");
    expect(executed).toBe(ASKED);
    socket.terminate();
  });

  it("has nothing executed any more once it has gone", async () => {
    const socket = await stall();
    const before = executed;
    socket.terminate();
    await once(socket, "close");
    await rounds(300);
    expect(executed).toBe(before);
  });
});
