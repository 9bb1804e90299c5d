import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { readJsonBody } from "../../../src/edge/http/index.ts";
import { startGateway, type TestGateway } from "../gateway.ts";

const LENGTH = 100_000;
/** What of 100,000 bytes each is more than 16 MiB, without the last byte. */
const TOO_MANY = 170;

describe("bodies that do not come whole", () => {
  let gateway: TestGateway;
  let sockets: Socket[] = [];
  beforeEach(async () => {
    gateway = await startGateway();
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets = [];
    return gateway.stop();
  });

  /** Begins a request; resolves to the first text that comes back. */
  function begin(body: string, length: string, from = "127.0.0.2"): Promise<string> {
    const { port } = new URL(gateway.url);
    const socket = connect({ host: "127.0.0.1", port: Number(port), localAddress: from }).on("error", () => {});
    sockets.push(socket);
    const lines = ["POST /graphql HTTP/1.1", "host: localhost", "content-type: application/json", length, "", ""];
    socket.write(lines.join("\r\n") + body);
    return new Promise((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
  }

  const first = (count: number, body: string, length: string) =>
    Promise.race(Array.from({ length: count }, () => begin(body, length)));

  it("are refused once those of one client hold 16 MiB, and nobody else's are", async () => {
    const answer = await first(TOO_MANY, "{".padEnd(LENGTH - 1), `content-length: ${LENGTH}`);
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toContain('"code":"LIMIT_EXCEEDED","limit":"waitingBytes","max":16777216');
    const body = JSON.stringify({ query: "{ hello }" }).padEnd(LENGTH);
    expect(await begin(body, `content-length: ${LENGTH}`, "127.0.0.1")).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("count no longer once their connections are gone", async () => {
    await first(TOO_MANY, "{".padEnd(LENGTH - 1), `content-length: ${LENGTH}`);
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    const body = JSON.stringify({ query: "{ hello }" }).padEnd(LENGTH);
    let answer = "";
    while (!answer.startsWith("HTTP/1.1 200")) answer = await begin(body, `content-length: ${LENGTH}`);
    expect(answer).toContain('{"hello":"hello"}');
  });
});

it("counts what the pieces of a body take beside its bytes, until it is whole", async () => {
  const pieces = Readable.from([...'{"a":1}'].map((text) => Buffer.from(text)));
  const request = Object.assign(pieces, { headers: { "content-type": "application/json" }, complete: false });
  let counted = 0;
  const counts: number[] = [];
  const count = (bytes: number) => {
    counted += bytes;
    counts.push(counted);
  };
  const receiver = { receive: count, received: (bytes: number) => count(-bytes) };
  expect(await readJsonBody(request as unknown as IncomingMessage, receiver, () => null)).toEqual({ a: 1 });
  expect(counts).toEqual([257, 514, 771, 1_028, 1_285, 1_542, 1_799, 0]);
});
