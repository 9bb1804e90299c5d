import { describe, expect, it } from "@jest/globals";
import { Messages } from "../../../src/edge/live/websocket-messages.ts";

describe("what the protocol's library gets of a connection's first message", () => {
  const passOn = (payload?: object) =>
    JSON.parse(new Messages({ close() {} }).toLibrary(JSON.stringify({ type: "connection_init", payload })) ?? "null");

  it("is its credential alone, since it holds that as long as the connection is open", () => {
    expect(passOn({ authorization: "Bearer key", junk: Array.from({ length: 9 }, () => ({})) })).toEqual({
      type: "connection_init",
      payload: { authorization: "Bearer key" },
    });
    expect(passOn({ authorization: [{}] })).toEqual({ type: "connection_init" });
    expect(passOn()).toEqual({ type: "connection_init" });
  });
});
