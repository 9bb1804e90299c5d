import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, OK, REQUEST, SOURCE } from "./rig.ts";
import { errorReply, type Reply } from "./upstream-server.ts";

const ONCE = { maxAttempts: 1 };

/** A rig whose breaker is open after five failures. */
async function createOpenRig() {
  let reply: Reply = errorReply(503, "ServiceUnavailable");
  const rig = await createRig(() => reply, { retry: ONCE }, createFakeClock());
  for (let count = 0; count < 5; count += 1) await failureOf(rig.wire.call(REQUEST, createOperation()));
  const answerWith = (next: Reply) => {
    reply = next;
  };
  return { ...rig, answerWith };
}

describe("the breaker of an action", () => {
  it("opens after five failures in a row: nobody is let through, and told why and until when", async () => {
    const { wire, upstream, states } = await createOpenRig();
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toEqual({
      name: "UpstreamError",
      code: "UNAVAILABLE",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: it failed several times in a row and is left alone for a while (ServiceUnavailable)",
      source: SOURCE,
      action: "DescribeInvocations",
      upstreamCode: "ServiceUnavailable",
      httpStatus: 503,
      requestId: null,
      retryable: true,
      retryAfterMs: 1_000,
    });
    expect([upstream.received.length, states]).toEqual([5, ["open"]]);
  });

  it("keeps nobody waiting for an attempt that it will not let through", async () => {
    const { wire, clock } = await createRig(() => errorReply(503, "ServiceUnavailable"));
    for (let count = 0; count < 2; count += 1) await failureOf(wire.call(REQUEST, createOperation()));
    expect(clock.sleeps).toEqual([100, 200, 400]);
  });

  it("is charged nothing while it is open", async () => {
    const { wire } = await createOpenRig();
    const operation = createOperation();
    await failureOf(wire.call(REQUEST, operation));
    expect(operation.spent).toEqual([]);
  });

  it("lets one probe through after the pause and closes when it is answered", async () => {
    const { wire, upstream, clock, states, answerWith } = await createOpenRig();
    answerWith(OK);
    await clock.advance(1_000);
    const calls = Array.from({ length: 3 }, () => wire.call(REQUEST, createOperation()));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    await wire.call(REQUEST, createOperation());
    expect([upstream.received.length, states]).toEqual([7, ["open", "half-open", "closed"]]);
  });

  it("doubles its pause with each probe that fails, up to a minute", async () => {
    const { wire, upstream, clock } = await createOpenRig();
    const pausesMs: (number | null)[] = [];
    for (let probe = 0; probe < 8; probe += 1) {
      const failure = await failureOf(wire.call(REQUEST, createOperation()));
      pausesMs.push((failure as { retryAfterMs: number | null }).retryAfterMs);
      await clock.advance(pausesMs.at(-1) ?? 0);
      await failureOf(wire.call(REQUEST, createOperation()));
    }
    expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(upstream.received.length).toBe(13);
  });

  it("takes a refused or throttled probe for a sign of life", async () => {
    const { wire, clock, states, answerWith } = await createOpenRig();
    answerWith(errorReply(403, "Forbidden.RAM"));
    await clock.advance(1_000);
    await failureOf(wire.call(REQUEST, createOperation()));
    expect(states).toEqual(["open", "half-open", "closed"]);
  });

  it.each([
    ["throttles", errorReply(503, "Throttling.System", { "x-acs-retry-after": "1" })],
    ["refusals", errorReply(403, "Forbidden.RAM")],
    ["answers that cannot be read", { body: "{" }],
  ])("never opens for %s", async (_name, reply) => {
    const { wire, upstream, states } = await createRig(() => reply, { retry: ONCE });
    for (let count = 0; count < 10; count += 1) await failureOf(wire.call(REQUEST, createOperation()));
    expect([upstream.received.length, states]).toEqual([10, []]);
  });

  it("does not open for failures with successes between them", async () => {
    const { wire, states } = await createRig((_, count) => (count % 5 === 0 ? OK : errorReply(502, "")), {
      retry: ONCE,
    });
    for (let count = 0; count < 20; count += 1) await wire.call(REQUEST, createOperation()).catch(() => {});
    expect(states).toEqual([]);
  });

  it("touches no other source, and no other action of its own", async () => {
    const { wire, upstream, answerWith } = await createOpenRig();
    await failureOf(wire.call({ ...REQUEST, source: { ...SOURCE, regionId: "cn-beijing" } }, createOperation()));
    expect(upstream.received.length).toBe(6);
    answerWith(OK);
    const { requestId } = await wire.call({ ...REQUEST, action: "DescribeInstances" }, createOperation());
    expect([requestId, upstream.received.length]).toEqual(["REQ-OK", 7]);
  });

  it("gives the probe to the next call where its client left", async () => {
    const { wire, upstream, clock, answerWith, states } = await createOpenRig();
    await clock.advance(1_000);
    const client = new AbortController();
    answerWith({ body: { RequestId: "late" } });
    const probe = failureOf(wire.call(REQUEST, createOperation({ signal: client.signal })));
    client.abort();
    expect(await probe).toMatchObject({ code: "TIMEOUT" });
    answerWith(OK);
    await wire.call(REQUEST, createOperation());
    expect([upstream.received.length >= 6, states.at(-1)]).toEqual([true, "closed"]);
  });
});
