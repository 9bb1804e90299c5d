import { describe, expect, it } from "@jest/globals";
import type { UpstreamError } from "#domain";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, endingIn, failureOf, OK, REQUEST } from "./rig.ts";
import { errorReply } from "./upstream-server.ts";

const NO_BREAKER = { failuresToOpen: 1_000_000 };

describe("retrying", () => {
  it("signs every attempt anew, with its own nonce", async () => {
    const { wire, upstream } = await createRig((_, count) => (count < 3 ? errorReply(503, "ServiceUnavailable") : OK));
    await wire.call(REQUEST, createOperation());
    const signatures = upstream.received.map(({ headers }) => headers.authorization);
    expect(upstream.received.map(({ headers }) => headers["x-acs-signature-nonce"])).toEqual([
      "nonce-1",
      "nonce-2",
      "nonce-3",
    ]);
    expect(new Set(signatures).size).toBe(3);
  });

  it("pauses at random up to a bound that doubles", async () => {
    const { wire, clock } = await createRig(() => errorReply(503, "ServiceUnavailable"), { random: () => 0.5 });
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAVAILABLE",
      retryable: true,
    });
    expect(clock.sleeps).toEqual([50, 100, 200]);
  });

  it("tells the operation of each failed attempt after which another one may come", async () => {
    const { wire } = await createRig((_, count) => (count < 3 ? errorReply(503, "ServiceUnavailable") : OK));
    const noted: object[] = [];
    const noteAttempt = ({ code, upstreamCode }: UpstreamError) => noted.push({ code, upstreamCode });
    await wire.call(REQUEST, { ...createOperation(), noteAttempt });
    expect(noted).toEqual(Array(2).fill({ code: "UNAVAILABLE", upstreamCode: "ServiceUnavailable" }));
  });

  it("signs again at once where the nonce was taken for a used one", async () => {
    const { wire, upstream, clock } = await createRig((_, count) =>
      count === 1 ? errorReply(400, "SignatureNonceUsed") : OK,
    );
    await wire.call(REQUEST, createOperation());
    expect([upstream.received.length, clock.sleeps]).toEqual([2, []]);
  });

  it("tries fewer times after an internal error", async () => {
    const { wire, upstream } = await createRig(() => errorReply(500, "InternalError"));
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({ code: "UNAVAILABLE" });
    expect(upstream.received.length).toBe(3);
  });

  it("takes an internal error as the answer where the action uses it for what does not exist", async () => {
    const { wire, upstream, states } = await createRig(() => errorReply(500, "InternalError"));
    for (let count = 0; count < 6; count += 1) {
      const call = wire.call({ ...REQUEST, internalErrorIsFinal: true }, createOperation());
      expect(await failureOf(call)).toMatchObject({ code: "UNAVAILABLE", upstreamCode: "InternalError" });
    }
    expect([upstream.received.length, states]).toEqual([6, []]);
  });

  it.each([
    [400, "InvalidParameter"],
    [403, "Forbidden.RAM"],
    [404, "InvalidInvokeId.NotFound"],
    [400, "Brand.New"],
  ])("leaves a refusal alone: %i %s", async (status, code) => {
    const { wire, upstream } = await createRig(() => errorReply(status, code));
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      upstreamCode: code,
      retryable: false,
    });
    expect(upstream.received.length).toBe(1);
  });

  it("never pauses past the operation's deadline", async () => {
    const clock = createFakeClock();
    const { wire, upstream } = await createRig(() => errorReply(503, "ServiceUnavailable"), {}, clock);
    expect(await failureOf(wire.call(REQUEST, endingIn(149, clock)))).toMatchObject({
      code: "UNAVAILABLE",
      httpStatus: 503,
    });
    expect([upstream.received.length, clock.sleeps]).toEqual([1, []]);
  });

  it("ends a pause when the client leaves, and tells of the upstream's failure", async () => {
    const clock = createFakeClock();
    const { wire, upstream } = await createRig(() => errorReply(503, "ServiceUnavailable"), {}, clock);
    const client = new AbortController();
    const failure = failureOf(wire.call(REQUEST, createOperation({ signal: client.signal })));
    await upstream.waitFor(1);
    while (clock.sleeps.length === 0) await new Promise((resolve) => setImmediate(resolve));
    client.abort();
    expect(await failure).toMatchObject({ code: "UNAVAILABLE", upstreamCode: "ServiceUnavailable" });
    expect(upstream.received.length).toBe(1);
  });

  it("multiplies calls at most 1.2 times while everything fails, even without a breaker", async () => {
    const { wire, upstream } = await createRig(() => errorReply(503, "ServiceUnavailable"), { breaker: NO_BREAKER });
    for (let count = 0; count < 100; count += 1) await failureOf(wire.call(REQUEST, createOperation()));
    expect(upstream.received.length).toBe(120);
  });

  it("completes nearly everything while one call in twenty fails, with less than a tenth more calls", async () => {
    const random = createRandom(1);
    const { wire, upstream } = await createRig(() => (random() < 0.05 ? errorReply(503, "ServiceUnavailable") : OK));
    let failed = 0;
    for (let count = 0; count < 2_000; count += 1) {
      await wire.call(REQUEST, createOperation()).catch(() => {
        failed += 1;
      });
    }
    expect(failed).toBeLessThanOrEqual(2);
    expect(upstream.received.length).toBeLessThan(2_200);
  });
});

/** Mulberry32: the same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
