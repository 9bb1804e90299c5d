import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { createReaders, type Readers } from "../../../src/edge/http/readers.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";

// More than the system's own buffers take of a local socket; those of TCP may grow to 32 MB.
const MUCH = Buffer.alloc(12_000_000);

let folder: string;
let server: Server;
let clock: FakeClock;
let readers: Readers;
const clients: Socket[] = [];
beforeEach(async () => {
  clock = createFakeClock();
  folder = mkdtempSync(join(tmpdir(), "readers-"));
  server = createServer().listen(join(folder, "socket"));
  await once(server, "listening");
});
afterEach(() => {
  readers.close();
  for (const client of clients.splice(0)) client.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Both ends of a new connection; the client does not read. */
async function open(): Promise<{ readonly client: Socket; readonly socket: Socket }> {
  const accepted = once(server, "connection");
  const client = connect(join(folder, "socket"));
  client.on("error", () => {});
  clients.push(client);
  const [socket] = (await accepted) as [Socket];
  socket.on("error", () => {});
  return { client, socket };
}

async function write(socket: Socket): Promise<void> {
  socket.write(MUCH);
  readers.wrote(socket);
  await new Promise((resolve) => setImmediate(resolve));
}

/** How many bytes the system has taken. */
function handedOver(socket: Socket): number {
  const { _handle: handle } = socket as unknown as { readonly _handle: Readonly<Record<string, number>> };
  return (handle.bytesWritten ?? 0) - (handle.writeQueueSize ?? 0);
}

/** Reads two megabytes of what waits. */
async function readSome(client: Socket, socket: Socket): Promise<void> {
  const before = handedOver(socket);
  for (let readBytes = 0; readBytes < 2_000_000; ) {
    const chunk = client.read() as Buffer | null;
    if (chunk === null) await once(client, "readable");
    else readBytes += chunk.length;
  }
  // The system takes on more some milliseconds after there is room.
  while (handedOver(socket) === before) await new Promise((resolve) => setImmediate(resolve));
}

describe("a client that does not read", () => {
  it("is cut after ten seconds without progress, and not before", async () => {
    readers = createReaders(clock);
    const { socket } = await open();
    await write(socket);
    await clock.advance(9_000);
    expect(socket.destroyed).toBe(false);
    await clock.advance(3_000);
    expect(socket.destroyed).toBe(true);
  });

  it("is cut less than eleven seconds after its last progress", async () => {
    readers = createReaders(clock);
    const { client, socket } = await open();
    await write(socket);
    // Between two looks.
    await clock.advance(3_100);
    await readSome(client, socket);
    await clock.advance(9_900);
    expect(socket.destroyed).toBe(false);
    await clock.advance(1_000);
    expect(socket.destroyed).toBe(true);
  });

  it("is cut in time also if the machine's clock is set back", async () => {
    readers = createReaders(clock);
    const { socket } = await open();
    await write(socket);
    clock.setBack(3_600_000);
    await clock.advance(11_000);
    expect(socket.destroyed).toBe(true);
  });

  it("leaves nothing in the system either of what it did not take", async () => {
    readers = createReaders(clock);
    const overTcp = createServer().listen(0, "127.0.0.1");
    await once(overTcp, "listening");
    const accepted = once(overTcp, "connection");
    const client = connect({ port: (overTcp.address() as AddressInfo).port, host: "127.0.0.1" });
    clients.push(client);
    const [socket] = (await accepted) as [Socket];
    await write(socket);
    const taken = handedOver(socket);
    await clock.advance(11_000);
    expect(socket.destroyed).toBe(true);
    let readBytes = 0;
    client
      .on("error", () => {})
      .on("data", (chunk: Buffer) => {
        readBytes += chunk.length;
      });
    await once(client, "close");
    expect(readBytes).toBeLessThan(taken);
    overTcp.close();
  });

  it.each([
    ["left to the engine", 1, 0],
    ["collected once", 2, 1],
  ])("leaves memory that is %s, from %i that were cut", async (_name, count, collections) => {
    let collected = 0;
    readers = createReaders(clock, {}, () => (collected += 1));
    for (let opened = 0; opened < count; opened += 1) await write((await open()).socket);
    await clock.advance(15_000);
    expect(collected).toBe(collections);
  });

  it("stays as long as it makes progress, however slowly", async () => {
    readers = createReaders(clock, { unsentBytes: 100_000_000 });
    const { client, socket } = await open();
    // More than is read here and the system's buffers take beside it, however much they grow with a client that reads.
    for (let times = 0; times < 4; times += 1) await write(socket);
    for (let time = 0; time < 4; time += 1) {
      await clock.advance(8_000);
      await readSome(client, socket);
    }
    expect(socket.destroyed).toBe(false);
  });

  it("is not kept by what it sends itself", async () => {
    readers = createReaders(clock);
    const { client, socket } = await open();
    await write(socket);
    for (let second = 0; second < 12; second += 1) {
      client.write("x");
      await clock.advance(1_000);
    }
    expect(socket.destroyed).toBe(true);
  });

  it("costs the newest of those that stand still, when all together hold too much", async () => {
    readers = createReaders(clock, { stallMs: 60_000, unsentBytes: 40_000_000 });
    const first = await open();
    await write(first.socket);
    await clock.advance(2_000);
    const second = await open();
    await write(second.socket);
    await clock.advance(2_000);
    expect([first.socket.destroyed, second.socket.destroyed]).toEqual([false, false]);
    const third = await open();
    await write(third.socket);
    const fourth = await open();
    await write(fourth.socket);
    expect([first, second, third, fourth].map(({ socket }) => socket.destroyed)).toEqual([false, true, false, false]);
  });
});

it("has no room for more at an address while much is unread there, and at others meanwhile", async () => {
  readers = createReaders(clock, { addressBytes: 20_000_000 });
  const first = await open();
  const second = await open();
  await write(first.socket);
  expect(readers.room(second.socket)).toBeNull();
  await write(second.socket);
  const told: string[] = [];
  const room = readers.room(second.socket)?.then(() => told.push("room"));
  expect(readers.room({ remoteAddress: "192.0.2.1" })).toBeNull();
  await clock.advance(1_000);
  expect(told).toEqual([]);
  first.socket.destroy();
  await clock.advance(1_000);
  await room;
  expect([told, readers.room(second.socket)]).toEqual([["room"], null]);
});

it("lets nobody wait at an address for longer than five seconds for one that reads slowly", async () => {
  readers = createReaders(clock, { stallMs: 60_000, addressBytes: 20_000_000 });
  const first = await open();
  const second = await open();
  await write(first.socket);
  await write(second.socket);
  const room = readers.room(second.socket);
  await clock.advance(4_900);
  expect([first.socket.destroyed, second.socket.destroyed]).toEqual([false, false]);
  await clock.advance(500);
  await room;
  expect([first.socket.destroyed, second.socket.destroyed]).toEqual([false, true]);
});

it("counts the whole of what is half read, since it is held as a whole", async () => {
  readers = createReaders(clock, { stallMs: 60_000, unsentBytes: 20_000_000 });
  const first = await open();
  await write(first.socket);
  // A little of it: the system may take the last megabytes as a whole.
  let readBytes = 0;
  while (readBytes < 1_000_000) {
    const chunk = first.client.read() as Buffer | null;
    if (chunk === null) await once(first.client, "readable");
    else readBytes += chunk.length;
  }
  await clock.advance(2_000);
  const second = await open();
  await write(second.socket);
  expect([first.socket.destroyed, second.socket.destroyed]).toEqual([true, false]);
});

it("watches nothing while everything is read", async () => {
  readers = createReaders(clock);
  const { client, socket } = await open();
  client.resume();
  socket.write("hello");
  await once(client, "data");
  readers.wrote(socket);
  expect(clock.sleeps).toEqual([]);
});
