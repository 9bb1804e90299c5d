/**
 * What readers cost that do not read, or leave: most memory of the server in the 20 s after many of them on each transport stopped
 * reading (allowed: 100 MB above idle; if they have as many addresses, only after those 20 s) and the longest round of its event loop meanwhile (allowed: 100 ms); what 2,000 aborted
 * requests leave (allowed: 5 MB in the heap, 30 MB of memory); and how much the heap grows under mixed load (allowed: 1 MB a minute
 * in the second half; MINUTES says for how long, 2 if left out).
 */
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";
import { askServer, measureIdle, startServer } from "./start-server.ts";
import { ask } from "./victim.ts";

const SETTLE_MS = 20_000;
const ABOVE_IDLE_MB = 100;
const BLOCKED_MS = 100;
const ABORTED = 2_000;
const ABORTED_MB = 5;
const ABORTED_RESIDENT_MB = 30;
const MINUTES = Number(process.env.MINUTES ?? 2);
const GROWTH_MB = 1;
const VALUES = ["id", "a: id", "b: id", "c: id", "d: id"].join(" ");
// Six megabytes: more than the system takes for somebody who does not read.
const LARGE = `{ invocations(first: 100) { nodes { instanceInvocations(first: 100) { nodes { ${VALUES} } } } } }`;
const WATCH = `subscription { invocationsChanged { entered { instanceInvocations(first: 100) { nodes { ${VALUES} } } } } }`;
const WATCH_FEW = "subscription { invocationsChanged { entered { id status } } }";
const MIXED = [
  "{ invocations(first: 20) { nodes { id status command { name } } pageInfo { endCursor } sources { ok asOf } } }",
  "{ invocations(first: 5) { nodes { instanceInvocations(first: 20) { nodes { status result { output { text } } } } } } }",
  "{ invocations(first: 5, filter: { statusIn: [FAILED] }) { totalCount nodes { id } } }",
  "{ statistics(by: STATUS) { key count } }",
  "{ nothing }",
];

const emulator = await startServer("emulator", { runs: 100, instances: 100 });
const gateway = await startServer("gateway", { emulatorUrl: emulator.url });
const { hostname, port, pathname } = new URL(gateway.url);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
for (const query of [LARGE, ...MIXED]) for (let time = 0; time < 5; time += 1) await ask(agent, gateway.url, query);

let isWithin = true;
isWithin = (await stall("100 HTTP connections", 100, openHttp(1))) && isWithin;
isWithin = (await stall("100 HTTP connections from 100 addresses", 100, openHttp(1, 100), "left")) && isWithin;
isWithin = (await stall("one connection with 100 requests", 1, openHttp(100))) && isWithin;
isWithin = (await stall("100 event streams", 100, openStream)) && isWithin;
isWithin = (await stall("two WebSockets with 100 queries each", 2, openWebSocket)) && isWithin;
isWithin = (await stallExports()) && isWithin;
isWithin = (await abort()) && isWithin;
isWithin = (await mix()) && isWithin;
agent.destroy();
for (const { child } of [emulator, gateway]) child.kill();
process.exit(isWithin ? 0 : 1);

/** Opens readers that stop reading at once, and looks at the server's memory later: at the most of it, or at what is left. */
async function stall(
  name: string,
  count: number,
  open: () => Promise<Socket>,
  judged: "most" | "left" = "most",
  server = gateway,
): Promise<boolean> {
  const idle = await measureIdle(server);
  let closed = 0;
  const sockets = await Promise.all(Array.from({ length: count }, open));
  for (const socket of sockets) socket.on("close", () => (closed += 1));
  await sleep(SETTLE_MS);
  const { residentMb, mostResidentMb, heapMb, blockedMs } = await askServer(server);
  // What a paused socket does not read it does not see the end of either.
  for (const socket of sockets) socket.resume();
  await sleep(1_000);
  for (const socket of sockets) socket.destroy();
  const more = mostResidentMb - idle;
  const left = residentMb - idle;
  const isOk = (judged === "most" ? more : left) <= ABOVE_IDLE_MB && blockedMs <= BLOCKED_MS;
  console.log(
    `${verdict(isOk)} ${name}: ${more.toFixed(0)} MB above the idle ${idle.toFixed(0)} MB at most ` +
      `and ${left.toFixed(0)} after ${SETTLE_MS / 1_000} s (allowed: ${ABOVE_IDLE_MB} ${judged === "most" ? "at most" : "then"}); ${heapMb.toFixed(0)} MB in use; ${closed} of ${count} were cut; a round of the loop took ${blockedMs.toFixed(0)} ms at most (allowed: ${BLOCKED_MS})`,
  );
  return isOk;
}

function openHttp(requests: number, addresses = 1): () => Promise<Socket> {
  let opened = 0;
  return () => {
    opened += 1;
    return openSocket(
      post(pathname, LARGE, "application/json").repeat(requests),
      `127.0.0.${1 + (opened % addresses)}`,
    );
  };
}

/** Exports of what three runs printed on 300 servers each, six megabytes a run, by a gateway of their own. */
async function stallExports(): Promise<boolean> {
  const upstream = await startServer("emulator", { runs: 3, instances: 300, outputBytes: 20_000 });
  const server = await startServer("gateway", { emulatorUrl: upstream.url });
  const found = JSON.parse(await ask(agent, server.url, "{ invocations(first: 3) { nodes { id } } }"));
  const addresses: readonly string[] = found.data.invocations.nodes.map(
    ({ id }: { readonly id: string }) => `/export?id=${encodeURIComponent(id)}`,
  );
  const headers = { "apollo-require-preflight": "1" };
  for (const address of addresses) await (await fetch(new URL(address, server.url), { headers })).arrayBuffer();
  const { port: at } = new URL(server.url);
  let opened = 0;
  const open = () => {
    opened += 1;
    const address = addresses[opened % addresses.length];
    const text = `GET ${address} HTTP/1.1\r\nhost: ${hostname}:${at}\r\napollo-require-preflight: 1\r\n\r\n`;
    return openSocket(text, "127.0.0.1", Number(at));
  };
  const isOk = await stall("200 exports", 200, open, "most", server);
  for (const { child } of [upstream, server]) child.kill();
  return isOk;
}

function openStream(): Promise<Socket> {
  return openSocket(post(`${pathname}/stream`, WATCH, "text/event-stream"));
}

function post(path: string, query: string, accept: string): string {
  const body = JSON.stringify({ query });
  const headers = [`host: ${hostname}:${port}`, `accept: ${accept}`, "content-type: application/json"];
  return `POST ${path} HTTP/1.1\r\n${headers.join("\r\n")}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function openSocket(text: string, localAddress = "127.0.0.1", at = Number(port)): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: at, localAddress }, () => socket.write(text));
    socket.once("error", reject);
    socket.pause();
    socket.once("connect", () => resolve(socket.on("error", () => {})));
  });
}

/** Asks for 100 large answers, and reads none of them. */
function openWebSocket(): Promise<Socket> {
  const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () => socket.send(JSON.stringify({ type: "connection_init" })));
    socket.once("message", () => {
      for (let id = 1; id <= 100; id += 1) {
        socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload: { query: LARGE } }));
      }
      socket.on("error", () => {});
      socket.pause();
      resolve((socket as unknown as { readonly _socket: Socket })._socket);
    });
  });
}

async function abort(): Promise<boolean> {
  // Any load makes the engine keep room for young objects, which is no leak.
  for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 20 }, abortOne));
  const idle = await measureIdle(gateway);
  const before = (await askServer(gateway)).heapMb;
  for (let round = 0; round < ABORTED / 20; round += 1) {
    await Promise.all(Array.from({ length: 20 }, abortOne));
  }
  await sleep(10_000);
  const more = (await askServer(gateway)).heapMb - before;
  const moreResident = (await measureIdle(gateway)) - idle;
  const isOk = more <= ABORTED_MB && moreResident <= ABORTED_RESIDENT_MB;
  console.log(
    `${verdict(isOk)} ${ABORTED} aborted requests left ${more.toFixed(1)} MB in the heap (allowed: ${ABORTED_MB}) ` +
      `and ${moreResident.toFixed(0)} MB of memory (allowed: ${ABORTED_RESIDENT_MB})`,
  );
  return isOk;
}

async function abortOne(): Promise<void> {
  const outgoing = request(gateway.url, { method: "POST", headers: { "content-type": "application/json" } });
  outgoing.on("error", () => {});
  outgoing.end(JSON.stringify({ query: LARGE }));
  await sleep(1 + Math.random() * 20);
  outgoing.destroy();
}

/** A reader of events that leaves soon after the first. */
async function visitStream(): Promise<void> {
  const socket = await openSocket(post(`${pathname}/stream`, WATCH_FEW, "text/event-stream"));
  await new Promise((resolve) => socket.once("data", resolve).resume());
  socket.destroy();
}

async function visitWebSocket(): Promise<void> {
  const socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
  socket.once("open", () => socket.send(JSON.stringify({ type: "connection_init" })));
  await new Promise((resolve) => socket.once("message", resolve));
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: WATCH_FEW } }));
  socket.send(JSON.stringify({ id: "2", type: "subscribe", payload: { query: MIXED[0] } }));
  await new Promise((resolve) => socket.once("message", resolve));
  socket.terminate();
}

async function exportRows(): Promise<void> {
  const address = new URL('/export?format=csv&filter={"statusIn":["FAILED"]}', gateway.url);
  const answer = await fetch(address, { headers: { "apollo-require-preflight": "1" } });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.arrayBuffer();
}

async function mix(): Promise<boolean> {
  const others = [visitStream, visitWebSocket, exportRows, abortOne];
  const rounds = MINUTES * 6;
  const heaps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const end = performance.now() + 10_000;
    while (performance.now() < end) {
      await Promise.all([...MIXED.map((query) => ask(agent, gateway.url, query)), ...others.map((visit) => visit())]);
    }
    heaps.push((await askServer(gateway)).heapMb);
  }
  const half = heaps.slice(Math.floor(rounds / 2));
  const growth = slopeOf(half) * 6;
  console.log(
    `${verdict(growth <= GROWTH_MB)} ${MINUTES} minutes of mixed load: ${growth.toFixed(2)} MB more heap a minute in the second half ` +
      `(allowed: ${GROWTH_MB}), ${half.at(-1)?.toFixed(0)} MB at the end`,
  );
  return growth <= GROWTH_MB;
}

/** The slope of the line that fits best, for each step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const rise = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  return rise / values.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0);
}

function verdict(isOk: boolean): string {
  return isOk ? "ok    " : "OVER  ";
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
