import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "@jest/globals";
import { takeBreak } from "#domain";
import { createListener, createReaders, paceReading } from "../../../src/edge/http/index.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { freeClient, startGateway, stubSchema, type TestGateway } from "../gateway.ts";

/** A connection whose pieces are two bytes long, with turns that are given by hand. */
function pace() {
  // A connection stays open for the other direction.
  const socket = new PassThrough({ autoDestroy: false }) as unknown as Socket;
  const read: string[] = [];
  socket.on("data", (bytes: Buffer) => read.push(String(bytes)));
  socket.on("end", () => read.push("end"));
  const waiting: (() => void)[] = [];
  const state = { mayRead: true };
  const next = () => new Promise<void>((resolve) => waiting.push(resolve));
  const reading = paceReading(socket, {
    turns: { arrive: next, next },
    mayRead: () => state.mayRead,
    cut: ({ length }) => Math.min(2, length),
    piecesATurn: 2,
  });
  const turn = async () => {
    waiting.shift()?.();
    await takeBreak();
  };
  return { socket, read, reading, state, turn };
}

describe("what comes on a connection", () => {
  it("is read in pieces, so many in a turn, and is whole in the end", async () => {
    const { socket, read, turn } = pace();
    socket.write("abcdefg");
    await takeBreak();
    expect(read).toEqual([]);
    await turn();
    expect(read).toEqual(["ab", "cd"]);
    socket.write("hi");
    await turn();
    expect(read).toEqual(["ab", "cd", "ef", "g"]);
    await takeBreak();
    await turn();
    expect(read.join("")).toBe("abcdefghi");
  });

  it("is handed on without what was read with it, which would be held as long as a piece", async () => {
    const { socket, turn } = pace();
    const held: number[] = [];
    socket.on("data", (bytes: Buffer) => held.push(bytes.buffer.byteLength));
    paceReading(socket, {
      turns: { arrive: () => null, next: async () => {} },
      cut: ({ length }) => Math.min(4, length),
      piecesATurn: 2,
    });
    socket.emit("data", Buffer.from(new ArrayBuffer(9)));
    await turn();
    expect(held).toEqual([4, 4, 1]);
  });

  it("waits as long as no more is to be read", async () => {
    const { socket, read, reading, state, turn } = pace();
    socket.write("abcd");
    await takeBreak();
    state.mayRead = false;
    await turn();
    expect([read, socket.isPaused()]).toEqual([[], true]);
    state.mayRead = true;
    reading.goOn();
    await turn();
    expect([read, socket.isPaused()]).toEqual([["ab", "cd"], false]);
  });

  it("waits as long as its reader has paused the connection, and no turn of it lets more in", async () => {
    const { socket, read, turn } = pace();
    socket.write("abcd");
    await takeBreak();
    socket.pause();
    await turn();
    expect([read, socket.isPaused()]).toEqual([[], true]);
    socket.resume();
    socket.write("ef");
    await takeBreak();
    expect([read, socket.isPaused()]).toEqual([[], true]);
    await turn();
    await turn();
    expect([read, socket.isPaused()]).toEqual([["ab", "cd", "ef"], false]);
  });

  it("has come before its end does", async () => {
    const { socket, read, turn } = pace();
    socket.end("abcdef");
    await takeBreak();
    await turn();
    expect(read).toEqual(["ab", "cd"]);
    await turn();
    await takeBreak();
    expect(read).toEqual(["ab", "cd", "ef", "end"]);
  });

  it("does not come, nor its end, once the connection is closed", async () => {
    const { socket, read, turn } = pace();
    socket.end("abcdef");
    await takeBreak();
    await turn();
    socket.destroy();
    await turn();
    await takeBreak();
    expect(read).toEqual(["ab", "cd"]);
  });

  it("goes to the next reader behind what that was handed", async () => {
    const { socket, reading, turn } = pace();
    socket.write("cd");
    await takeBreak();
    reading.leave();
    socket.unshift("ab");
    const others: string[] = [];
    socket.on("data", (bytes: Buffer) => others.push(String(bytes)));
    await turn();
    await takeBreak();
    expect(others.join("")).toBe("abcd");
  });

  it("goes to the next reader once the first has left", async () => {
    const { socket, read, reading, turn } = pace();
    socket.write("abcd");
    await takeBreak();
    reading.leave();
    const others: string[] = [];
    socket.on("data", (bytes: Buffer) => others.push(String(bytes)));
    await turn();
    await takeBreak();
    expect([read, others]).toEqual([[], ["abcd"]]);
  });
});

const ask = (query: string, padding = 0) => {
  const body = JSON.stringify({ query }) + " ".repeat(padding);
  return `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

describe("pipelined requests", () => {
  let gateway: TestGateway;
  afterEach(() => gateway.stop());

  /** What comes on a connection on which this is sent, until it holds the last text. */
  async function exchange(socket: Socket, last: string): Promise<string> {
    let text = "";
    for await (const chunk of socket) {
      text += chunk;
      if (text.includes(last)) break;
    }
    socket.destroy();
    return text;
  }

  it("are all answered in their order, however many come at once", async () => {
    gateway = await startGateway();
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    socket.write(Array.from({ length: 300 }, (_, index) => ask(`{ a${index}: hello }`)).join(""));
    const text = await exchange(socket, '"a299"');
    expect([...text.matchAll(/"a(\d+)":/g)].map(([, index]) => Number(index))).toEqual([...Array(300).keys()]);
  });

  it("behind an answer that is not read wait, with their bodies", async () => {
    const schema = stubSchema("type Query { hello: String large: String }", {
      Query: { hello: () => "hello", large: () => "x".repeat(7_000_000) },
    });
    gateway = await startGateway({ schema });
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    socket.write(ask("{ large }"));
    await new Promise((resolve) => socket.once("readable", resolve));
    for (let index = 0; index < 3; index += 1) socket.write(ask(`{ a${index}: hello }`, 20_000));
    // As long as it takes for them to come to the gateway.
    for (let index = 0; index < 10; index += 1) await gateway.ask({ query: "{ hello }" });
    const text = await exchange(socket, '"a2"');
    expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(Array(4).fill("HTTP/1.1 200"));
  });
});

describe("a body in chunks of one byte", () => {
  it("comes a few chunks in a turn", async () => {
    const counts = { all: 0, inTurn: 0, most: 0 };
    const next = async () => {
      await takeBreak();
      counts.inTurn = 0;
    };
    const readers = createReaders(systemClock);
    const listener = createListener(
      (request, response) => {
        request
          .on("end", () => response.end())
          .on("data", () => {
            counts.all += 1;
            counts.inTurn += 1;
            counts.most = Math.max(counts.most, counts.inTurn);
          });
      },
      { clock: systemClock, readers, noticeMs: 0, turnsOf: () => ({ ...freeClient, arrive: next, next }) },
    );
    const socket = connect(await listener.listen(0, "127.0.0.1"), "127.0.0.1");
    const chunks = "1\r\nx\r\n".repeat(2_000);
    socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    await once(socket, "data");
    socket.destroy();
    await listener.drain();
    readers.close();
    expect([counts.all, counts.most]).toEqual([2_000, 64]);
  });
});

describe("a connection that is upgraded", () => {
  it("goes on with what came with the request, in its order, wherever that was cut", async () => {
    const gateway = await startGateway();
    const frame = (text: string) =>
      Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255, 0, 0, 0, 0, ...Buffer.from(text)]);
    const lines = ["GET /graphql HTTP/1.1", "host: localhost", "connection: upgrade", "upgrade: websocket"];
    const names = ["key: dGhlIHNhbXBsZSBub25jZQ==", "version: 13", "protocol: graphql-transport-ws"];
    const request = [...lines, ...names.map((name) => `sec-websocket-${name}`), "", ""].join("\r\n");
    const pings = Array.from({ length: 10 }, (_, index) =>
      JSON.stringify({ type: "ping", payload: { index, x: "x".repeat(1_500) } }),
    );
    const bytes = Buffer.concat([Buffer.from(request), ...pings.map(frame)]);
    for (const cut of [1, 120, request.length - 1, request.length, request.length + 3]) {
      const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1").setNoDelay();
      socket.write(bytes.subarray(0, cut));
      // So that they come one after the other.
      for (let index = 0; index < 3; index += 1) await gateway.ask({ query: "{ hello }" });
      socket.write(bytes.subarray(cut));
      let text = "";
      for await (const chunk of socket) {
        text += (chunk as Buffer).toString("latin1");
        if (text.includes('"index":9')) break;
      }
      expect([...text.matchAll(/"index":(\d)/g)].map(([, index]) => Number(index))).toEqual([...Array(10).keys()]);
    }
    await gateway.stop();
  });
});
