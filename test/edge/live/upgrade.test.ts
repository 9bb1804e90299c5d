import { connect } from "node:net";
import { describe, expect, it } from "@jest/globals";

import { startGateway } from "../gateway.ts";

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

describe("a client that asks to upgrade and breaks off", () => {
  it.each(["/graphql", "/elsewhere"])("at %s does the server no harm", async (path) => {
    const gateway = await startGateway();
    const port = Number(new URL(gateway.url).port);
    for (let round = 0; round < 100; round += 1) await breakOff(port, path);
    expect((await gateway.ask({ query: "{ hello }" })).body).toMatchObject({ data: { hello: "hello" } });
    await gateway.stop();
  });
});
