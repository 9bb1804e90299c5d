import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";

import { createOpenView } from "#access";
import { Messages } from "../../../src/edge/live/websocket-messages.ts";
import { systemClock } from "../../../src/system-clock.ts";
import { startGateway, type TestGateway } from "../gateway.ts";
import { createLiveSchema } from "../live-schema.ts";
import { createAccessOfNames } from "./watched-schema.ts";

const MESSAGES = 400;
const subscribe = (id: number, query: string) =>
  JSON.stringify({ id: String(id), type: "subscribe", payload: { query } });

describe("messages that a client sends faster than they can be told the end of", () => {
  let gateway: TestGateway;
  let socket: WebSocket;
  /** How often it was asked who asks: once for the connection, and once for each operation. */
  let identified: number;
  beforeEach(async () => {
    identified = 0;
    const view = createOpenView();
    const caller = { id: "a", name: "a", knownBy: "key", roles: [], view, expiresAt: null } as const;
    const authenticate = async () => {
      identified += 1;
      return { caller };
    };
    gateway = await startGateway({
      schema: createLiveSchema(),
      access: { ...createAccessOfNames(systemClock, []), gate: { authenticate } },
    });
    socket = new WebSocket(gateway.url.replace("http", "ws"), "graphql-transport-ws");
    await once(socket, "open");
    socket.send('{"type":"connection_init"}');
    await once(socket, "message");
    identified = 0;
  });
  afterEach(async () => {
    socket.terminate();
    await gateway.stop();
  });

  it("are read one after the other while each is refused", async () => {
    for (let id = 0; id < MESSAGES; id += 1) socket.send(subscribe(id, "{ nothing }"));
    let mostAhead = 0;
    for (let told = 1; told <= MESSAGES; told += 1) {
      await once(socket, "message");
      mostAhead = Math.max(mostAhead, identified - told);
    }
    // Some that were told are on their way to the client.
    expect([identified, mostAhead < 20]).toEqual([MESSAGES, true]);
  });
});

describe("operations that their client has ended", () => {
  it("hold up the next message once ten have not let go of what they held", async () => {
    const messages = new Messages({ close: () => {} });
    const held = Array.from({ length: 10 }, () => {
      let letGo = (): void => {};
      const left = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      return { letGo, left: messages.leave(left) };
    });
    const events: string[] = [];
    const waiting = messages.settled()?.then(() => events.push("read"));
    await new Promise((resolve) => setImmediate(resolve));
    events.push("let go");
    held[0]?.letGo();
    await waiting;
    expect([events, messages.settled()]).toEqual([["let go", "read"], null]);
  });
});
