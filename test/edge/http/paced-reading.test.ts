import type { Socket } from "node:net";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "@jest/globals";
import { takeBreak } from "#domain";
import { paceReading } from "../../../src/edge/http/index.ts";
import { startGateway, type TestGateway } from "../gateway.ts";

/** A connection whose pieces are two bytes long, with turns that are given by hand. */
function pace() {
  const socket = new PassThrough() as unknown as Socket;
  const read: string[] = [];
  socket.on("data", (bytes: Buffer) => read.push(String(bytes)));
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

describe("pipelined requests", () => {
  let gateway: TestGateway;
  afterEach(() => gateway.stop());

  it("are all answered in their order, however many come at once", async () => {
    gateway = await startGateway();
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    const ask = (index: number) => {
      const body = JSON.stringify({ query: `{ a${index}: hello }` });
      return `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    socket.write(Array.from({ length: 300 }, (_, index) => ask(index)).join(""));
    let text = "";
    for await (const chunk of socket) {
      text += chunk;
      if (text.includes('"a299"')) break;
    }
    socket.destroy();
    expect([...text.matchAll(/"a(\d+)":/g)].map(([, index]) => Number(index))).toEqual([...Array(300).keys()]);
  });
});
