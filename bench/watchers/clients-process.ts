/** Many clients in one process: sockets of graphql-transport-ws that look at what comes as little as counting needs. */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Found, Opening, Told } from "./messages.ts";

const OPENING_MS = 30_000;

const sockets: WebSocket[] = [];
const texts: string[] = [];
const problems: string[] = [];
let closed = 0;
let marks: readonly Buffer[] = [];
let times: number[] = [];
let missing = 0;
let wake: (() => void) | null = null;

const now = () => performance.timeOrigin + performance.now();

process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
process.on("message", async (told: Told) => {
  if (told.kind === "cut") cut();
  else if (told.kind === "expect") await expectMessages(told.marks, told.count);
  else await open(told);
  process.send?.({ times, texts, closed, problems } satisfies Found);
});

function cut(): void {
  for (const socket of sockets.splice(0)) {
    socket.removeAllListeners("close");
    socket.terminate();
  }
}

/** Begins to count at once; ends when all have come. */
async function expectMessages(wanted: readonly string[], count: number): Promise<void> {
  marks = wanted.map((mark) => Buffer.from(mark));
  times = [];
  missing = count;
  process.send?.("expecting");
  await new Promise<void>((resolve) => {
    wake = resolve;
    if (missing === 0) resolve();
  });
}

async function open(opening: Opening): Promise<void> {
  const all = Array.from({ length: opening.sockets }, (_, n) => openOne(opening, n));
  // What is refused never tells anything; its refusal is among the problems then.
  const opened = new AbortController();
  const late = sleep(OPENING_MS, undefined, { signal: opened.signal }).then(
    () => problems.push("not all told something"),
    () => {},
  );
  await Promise.race([Promise.all(all), late]);
  opened.abort();
}

/** Resolves once every operation of the socket has told what it is waited for. */
function openOne(
  { url, addresses, operations, marks: awaited = [], isSlow = false }: Opening,
  n: number,
): Promise<void> {
  const localAddress = `127.0.0.${2 + (n % addresses)}`;
  const socket = new WebSocket(url, operations.length === 0 ? [] : ["graphql-transport-ws"], {
    localAddress,
    perMessageDeflate: false,
  });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    const waited = new Set(operations.keys());
    socket.on("error", reject);
    socket.on("close", () => {
      closed += 1;
    });
    socket.on("open", () => {
      if (operations.length === 0) resolve();
      else socket.send('{"type":"connection_init"}');
    });
    socket.on("message", (data: Buffer) => {
      const operation = take(socket, data, operations);
      if (n === 0 && operation !== null) texts[operation] = data.toString();
      if (operation === null || waited.size === 0) return;
      if (awaited.length > 0 && !awaited.some((mark) => data.includes(mark))) return;
      waited.delete(operation);
      if (waited.size > 0) return;
      if (isSlow) socket.pause();
      resolve();
    });
  });
}

const ID = '{"id":"'.length;

/** The number of the operation that a result is of; null for anything else. */
function take(socket: WebSocket, data: Buffer, operations: Opening["operations"]): number | null {
  if (data[2] === 0x69) {
    const operation = Number.parseInt(data.toString("latin1", ID, ID + 4), 10);
    if (data.includes('"type":"next"') && !data.includes('"errors"')) {
      count(data);
      return operation;
    }
  } else {
    const { type } = JSON.parse(data.toString()) as { readonly type: string };
    if (type === "connection_ack") {
      for (const [id, payload] of operations.entries())
        socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload }));
    }
    if (type === "connection_ack" || type === "ping") return null;
  }
  if (problems.length < 3) problems.push(data.toString().slice(0, 300));
  return null;
}

function count(data: Buffer): void {
  if (missing === 0 || !marks.some((mark) => data.includes(mark))) return;
  times.push(now());
  missing -= 1;
  if (missing > 0) return;
  wake?.();
  wake = null;
}
