import { afterEach, describe, expect, it } from "@jest/globals";
import { createClients } from "../../../src/edge/admission/index.ts";
import { createFakeClock } from "../../support/clock.ts";

const clients = () => createClients(createFakeClock(), { watchers: 0, sockets: 0, callsPerMinute: 0 });
const HALF = 262_144;
const held = (document: object, documentCharacters: number, ownCharacters = 0) => ({
  document,
  documentCharacters,
  ownCharacters,
});
const refusal = expect.objectContaining({
  extensions: { code: "LIMIT_EXCEEDED", limit: "heldCharacters", max: 2 * HALF, actual: 2 * HALF + 1 },
});

/** What it throws; null if nothing. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

describe("heldCharacters", () => {
  it("counts equal documents of a client once, until the last of them ends", () => {
    const client = clients().of({ remoteAddress: "127.0.0.1" });
    const document = {};
    const leave = Array.from({ length: 2_000 }, () => client.hold(held(document, 2 * HALF)));
    expect(thrownBy(() => client.hold(held({}, 1)))).toEqual(refusal);
    for (const one of leave.slice(1)) one();
    expect(thrownBy(() => client.hold(held({}, 1)))).toEqual(refusal);
    leave[0]?.();
    expect(thrownBy(() => client.hold(held({}, 2 * HALF)))).toBeNull();
  });

  it("counts the variables of each operation", () => {
    const client = clients().of({ remoteAddress: "127.0.0.1" });
    const document = {};
    client.hold(held(document, 0, HALF));
    client.hold(held(document, 0, HALF));
    expect(thrownBy(() => client.hold(held(document, 0, 1)))).toEqual(refusal);
  });

  it("allows all clients together four times as much", () => {
    const all = clients();
    const of = (index: number) => all.of({ remoteAddress: `127.0.0.${index}` });
    for (const index of [1, 2, 3, 4]) of(index).hold(held({}, 2 * HALF));
    expect(thrownBy(() => of(5).hold(held({}, 1)))).toMatchObject({ extensions: { max: 8 * HALF } });
  });
});

describe("requests of a client with large bodies", () => {
  let begun: number[] = [];
  afterEach(() => {
    begun = [];
  });

  it("wait while those before it hold a megabyte, and keep no other client waiting", async () => {
    const all = clients();
    const greedy = all.of({ remoteAddress: "127.0.0.2" });
    const first = await greedy.hand(1_000_000);
    const second = greedy.hand(100_000).then((letGo) => {
      begun.push(2);
      return letGo;
    });
    await greedy.hand(1_000);
    await all.of({ remoteAddress: "127.0.0.1" }).hand(100_000);
    expect(begun).toEqual([]);
    const waiting = Array.from({ length: 166 }, () => greedy.hand(100_000));
    await expect(greedy.hand(100_000)).rejects.toMatchObject({ extensions: { limit: "waitingBytes" } });
    first();
    await second;
    expect(begun).toEqual([2]);
    await Promise.all(waiting.slice(0, 9));
  });
});
