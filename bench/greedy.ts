/** A client that asks for as much as it can, from an address of its own, in a process of its own: its work must not be taken for the server's. */

import { Agent } from "node:http";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { ask } from "./victim.ts";

/** What it is to send, and how often at once. */
export interface Greed {
  readonly url: string;
  readonly atOnce: number;
  readonly query: string;
  /** What is sent to ask for it by, instead of requests of Node's: `pipelined` are 100 at a time on each connection. */
  readonly by?: "connections" | "pipelined" | "websockets";
}

const agent = new Agent({ keepAlive: true, localAddress: "127.0.0.2" });
let isOver = true;

process.on("message", async (greed: Greed | "stop") => {
  isOver = true;
  if (greed === "stop") return;
  isOver = false;
  let answers = 0;
  const one = async () => {
    for (; !isOver; answers += 1) await ask(agent, greed.url, greed.query);
  };
  const flood = () =>
    (greed.by === "websockets" ? askByWebSocket : askByConnection)(greed, () => {
      answers += 1;
      return isOver;
    });
  await Promise.all(Array.from({ length: greed.atOnce }, greed.by === undefined ? one : flood));
  process.send?.(answers);
});

/** Writes what Node's own requests cost more to write than to answer. */
function askByConnection({ url, query, by }: Greed, answered: () => boolean): Promise<void> {
  const { port, pathname } = new URL(url);
  const body = JSON.stringify({ query });
  const text = `POST ${pathname} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect({ host: "127.0.0.1", port: Number(port), localAddress: "127.0.0.2" });
  socket.write(text.repeat(by === "pipelined" ? 100 : 1));
  socket.on("data", (bytes) => {
    let isLast = false;
    let count = 0;
    for (let at = bytes.indexOf(STATUS); at >= 0; at = bytes.indexOf(STATUS, at + 1)) {
      isLast = answered();
      count += 1;
    }
    if (isLast) socket.destroy();
    else socket.write(text.repeat(count));
  });
  return new Promise((resolve) => socket.on("error", () => {}).on("close", () => resolve()));
}

const STATUS = "HTTP/1.1 ";

/** Ten at a time on each. */
function askByWebSocket({ url, query }: Greed, answered: () => boolean): Promise<void> {
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws", { localAddress: "127.0.0.2" });
  let asked = 0;
  const askOnce = () => {
    asked += 1;
    socket.send(JSON.stringify({ id: String(asked), type: "subscribe", payload: { query } }));
  };
  socket.on("open", () => socket.send('{"type":"connection_init"}'));
  socket.on("message", (message) => {
    const { type } = JSON.parse(String(message)) as { readonly type: string };
    if (type === "connection_ack") for (let count = 0; count < 10; count += 1) askOnce();
    if (type !== "complete") return;
    if (answered()) socket.terminate();
    else askOnce();
  });
  return new Promise((resolve) => socket.on("error", () => {}).on("close", () => resolve()));
}
process.send?.("ready");
