import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { takeBreak } from "#domain";
import { CLIENT_LIMITS } from "../../../src/edge/admission/index.ts";
import { startGateway, type TestGateway } from "../gateway.ts";

/** Asks to upgrade and breaks the connection off in the same moment, so that the answer meets a connection that is gone. */
function breakOff(port: number, path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      const lines = [`GET ${path} HTTP/1.1`, "host: localhost", "connection: upgrade", "upgrade: websocket", "", ""];
      socket.write(lines.join("\r\n"));
      setImmediate(() => socket.resetAndDestroy());
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

describe("a request that asks to upgrade to something else than a WebSocket", () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await startGateway();
  });
  afterEach(() => gateway.stop());

  const body = '{"query":"{ hello }"}';
  const post = (upgrade: string, more: readonly string[] = []) =>
    [
      "POST /graphql HTTP/1.1",
      "host: localhost",
      "content-type: application/json",
      `content-length: ${body.length}`,
      "connection: Upgrade, HTTP2-Settings",
      `upgrade: ${upgrade}`,
      ...more,
      "",
      "",
    ].join("\r\n");
  const open = () => connect(Number(new URL(gateway.url).port), "127.0.0.1").on("error", () => {});

  /** Status codes and data of so many answers of a connection. */
  async function read(socket: Socket, count: number): Promise<readonly string[]> {
    let text = "";
    for await (const bytes of socket) {
      text += String(bytes);
      const found = text.match(/HTTP\/1\.1 \d+|\{"hello":"hello"\}/g) ?? [];
      if (found.length === 2 * count) {
        socket.destroy();
        return found;
      }
    }
    return [text];
  }

  const answer = ["HTTP/1.1 200", '{"hello":"hello"}'];

  it.each(["h2c", "websocket"])("as POST to %s is answered as any other", async (upgrade) => {
    const socket = open();
    socket.write(post(upgrade, ["http2-settings: AAMAAABkAAQAAP__"]) + body);
    expect(await read(socket, 1)).toEqual(answer);
  });

  it("is answered as any other whose body comes later, and so is the next one of the connection", async () => {
    const socket = open();
    socket.write(post("h2c"));
    await takeBreak();
    socket.write(body);
    const found = read(socket, 2);
    socket.write(post("h2c") + body);
    expect(await found).toEqual([...answer, ...answer]);
  });

  it("is answered behind hundreds of others that came at once, and leaves no listener behind", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on("warning", hear);
    const socket = open();
    socket.write((post("h2c") + body).repeat(300));
    expect(await read(socket, 300)).toEqual(Array.from({ length: 300 }, () => answer).flat());
    process.off("warning", hear);
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).toEqual([]);
  });

  it("is counted as one connection", async () => {
    await gateway.stop();
    gateway = await startGateway({ clientLimits: { ...CLIENT_LIMITS, sockets: 1 } });
    const socket = open();
    socket.write(post("h2c") + body + post("h2c") + body);
    expect(await read(socket, 2)).toEqual([...answer, ...answer]);
  });
});

describe("a client that asks to upgrade and breaks off", () => {
  it.each(["/graphql", "/elsewhere"])("at %s does the server no harm", async (path) => {
    const gateway = await startGateway();
    const port = Number(new URL(gateway.url).port);
    for (let round = 0; round < 100; round += 1) await breakOff(port, path);
    expect((await gateway.ask({ query: "{ hello }" })).body).toMatchObject({ data: { hello: "hello" } });
    await gateway.stop();
  });
});
