import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const LARGE = "x".repeat(2_000_000);
/** Systems take up to 40 MB of it for a reader that stands still. */
const ASKED = 40;
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
    const schema = stubSchema("type Query { large: String }", { Query: { large } });
    // As many leaf values as the text takes as long to make as.
    Object.assign(schema.getQueryType()?.getFields().large ?? {}, { extensions: { complexity: LARGE.length / 256 } });
    gateway = await startGateway({ schema });
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

describe("an address that does not read the large answers it asked for", () => {
  const FEW = 6;
  const VALUES = Array.from({ length: 51 }, (_, index) => `text${index}: text`).join(" ");
  let gateway: TestGateway;
  let executed = 0;
  afterEach(() => gateway.stop());

  /** Connections that have asked for one each, and read nothing of it. */
  async function stall(): Promise<readonly Socket[]> {
    executed = 0;
    const rows = () => {
      executed += 1;
      return Array.from({ length: 70 }, () => ({ text: "x".repeat(1_900) }));
    };
    const schema = stubSchema("type Query { rows(first: Int): [Row] hello: String } type Row { text: String }", {
      Query: { rows, hello: () => "hello" },
    });
    gateway = await startGateway({ schema });
    const { hostname, port } = new URL(gateway.url);
    const body = JSON.stringify({ query: `{ rows(first: 100) { ${VALUES} } }` });
    const head = [`host: ${hostname}:${port}`, "content-type: application/json", "connection: close"].join("\r\n");
    const sockets = Array.from({ length: FEW }, () => connect(Number(port), hostname).pause());
    for (const socket of sockets) {
      socket.write(`POST /graphql HTTP/1.1\r\n${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    }
    while (executed === 0) await rounds(1);
    await rounds(300);
    return sockets;
  }

  it("has no more of them made than it reads, its small ones at once, and all of them once it reads", async () => {
    const sockets = await stall();
    expect(executed).toBeLessThan(FEW);
    expect((await gateway.ask({ query: "{ hello }" })).body).toMatchObject({ data: { hello: "hello" } });
    await Promise.all(sockets.map((socket) => once(socket.resume(), "end")));
    expect(executed).toBe(FEW);
  });
});
