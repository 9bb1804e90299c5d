import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createRig, OK, REQUEST } from "./rig.ts";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A wire whose upstream writes these bytes for the request of each number, from 1 on, whatever it asks for. */
async function createRawRig(bytesOf: (count: number) => string) {
  const sockets: Socket[] = [];
  let count = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", () => {
      count += 1;
      socket.write(bytesOf(count));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { wire } = await createRig(() => OK, { retry: { maxAttempts: 1 }, endpoints: { ECS: url, SWAS: null } });
  return { call: () => wire.call(REQUEST, createOperation()), connections: () => sockets.length };
}

const answer = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const chunked = (body: string) =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${[...body].map((one) => `1\r\n${one}\r\n`).join("")}0\r\n\r\n`;
const textOf = (requestId: string) => JSON.stringify({ RequestId: requestId, TotalCount: 0 });
const OK_TEXT = textOf("REQ-OK");

/** Lines of each part that client connections hand on, and the round of the event loop in which they do, until `work` is over. */
async function followParts(
  work: () => Promise<unknown>,
): Promise<readonly (readonly [lines: number, round: number])[]> {
  const parts: [number, number][] = [];
  let round = 0;
  const count = () => {
    round += 1;
    ticking = setImmediate(count);
  };
  let ticking = setImmediate(count);
  const watch = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    socket.on("data", (bytes: Buffer) => parts.push([bytes.toString("latin1").split("\n").length - 1, round]));
  };
  subscribe("net.client.socket", watch);
  await work();
  unsubscribe("net.client.socket", watch);
  clearImmediate(ticking);
  return parts;
}

function linesOfRounds(parts: Awaited<ReturnType<typeof followParts>>): readonly number[] {
  return parts.map(([, round]) =>
    parts.filter(([, other]) => other === round).reduce((sum, [lines]) => sum + lines, 0),
  );
}

describe("what comes from an upstream", () => {
  it.each([
    ["ten thousand interim answers", "HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000) + answer(OK_TEXT)],
    ["ten thousand chunks of a byte", chunked(OK_TEXT.padEnd(10_000))],
    ["the same on lines of their own", answer(OK_TEXT + "\n".repeat(10_000))],
  ])("is read a few lines in each round of the event loop, as are %s", async (_name, bytes) => {
    const { call } = await createRawRig(() => bytes);
    const parts = await followParts(async () => {
      expect(await call()).toEqual({ body: OK.body, requestId: "REQ-OK" });
    });
    // One part may come before a round is counted, and another one behind.
    expect(Math.max(...linesOfRounds(parts))).toBeLessThanOrEqual(1_024);
  });

  it("is read at once where it has few lines, so that large answers do not wait for all else that a process does", async () => {
    const { call } = await createRawRig(() => answer(OK_TEXT.padEnd(8_000_000)));
    const parts = await followParts(async () => {
      expect(await call()).toEqual({ body: OK.body, requestId: "REQ-OK" });
    });
    expect(Math.max(...parts.map(([, round]) => parts.filter(([, other]) => other === round).length))).toBeGreaterThan(
      2,
    );
  });

  it("is not taken for the answer to another request", async () => {
    // The answer ends where a part of so many lines ends.
    const { call, connections } = await createRawRig(
      (count) => answer(`${textOf(`REQ-${count}`)}${"\n".repeat(509)}`) + answer(textOf("FALSE")),
    );
    const requestIds: unknown[] = [];
    for (const _one of [1, 2]) requestIds.push((await call()).requestId);
    expect([requestIds, connections()]).toEqual([["REQ-1", "REQ-2"], 2]);
  });
});
