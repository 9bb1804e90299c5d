import { expect, it } from "@jest/globals";
import { createTurns } from "../../src/wire/pace/index.ts";
import { type CallState, createSender } from "../../src/wire/transport/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { REQUEST } from "./rig.ts";

const LARGE = Buffer.from(
  JSON.stringify({ RequestId: "R-1", Items: Array(1_000).fill({ Output: "x".repeat(1_000) }) }),
);
const turns = createTurns(1);
const clock = createFakeClock();
const send = createSender({
  clock,
  upstreamClock: { offsetMs: () => 0, correct: () => false },
  transport: {
    send: async ({ url }) => ({
      kind: "answer",
      status: 200,
      headers: {},
      body: url.endsWith("small") ? Buffer.from("{}") : LARGE,
    }),
    close() {},
  },
  timeouts: { attemptTimeoutMs: 1_000, connectTimeoutMs: 1_000, firstByteTimeoutMs: 1_000 },
  createNonce: () => "nonce",
  takeReadingTurn: ({ meter, signal }) => turns.take(meter, signal),
});

function stateOf(operation: CallState["operation"], query: string): CallState {
  return {
    request: REQUEST,
    operation,
    endpoint: { origin: "http://127.0.0.1", host: "127.0.0.1", path: "/" },
    query,
    credential: { accessKeyId: "id", accessKeySecret: "secret", securityToken: null },
    attempt: 1,
    clockOffsetMs: 0,
    hasTimedOut: false,
    hasRenewedKeys: false,
    hasCorrectedClock: false,
  };
}

it("reads large answers that are there at once one after the other, by operation in rotation, and small ones meanwhile", async () => {
  const ends: string[] = [];
  const ask = async (name: string, operation: CallState["operation"], query = "large") => {
    const { kind } = await send(stateOf(operation, query));
    ends.push(`${name} ${kind}`);
  };
  const greedy = createOperation();
  const leaving = new AbortController();
  const calls = [
    ask("greedy 1", greedy),
    ask("greedy 2", greedy),
    ask("greedy 3", greedy),
    ask("gone", createOperation({ signal: leaving.signal })),
    ask("other", createOperation()),
    ask("small", createOperation(), "small"),
  ];
  setImmediate(() => leaving.abort());
  await Promise.all(calls);
  expect(ends).toEqual(["small ok", "gone failed", "greedy 1 ok", "greedy 2 ok", "other ok", "greedy 3 ok"]);
});

it("does not blame the source for an answer whose turn does not come in time", async () => {
  const release = await turns.take(createOperation().meter, new AbortController().signal);
  const late = new AbortController();
  const outcome = send(stateOf(createOperation({ signal: late.signal, deadline: clock.elapsed() + 5_000 }), "large"));
  await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(5_000);
  late.abort();
  expect(await outcome).toMatchObject({ kind: "failed", isOutage: false, error: { code: "TIMEOUT" } });
  release?.();
});
