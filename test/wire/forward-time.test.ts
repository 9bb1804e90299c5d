import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, endingIn, failureOf, OK, REQUEST } from "./rig.ts";
import { errorReply } from "./upstream-server.ts";

const HOUR_MS = 3_600_000;

describe.each([
  ["back", HOUR_MS],
  ["forth", -HOUR_MS],
])("a machine's clock that is set %s by an hour", (_name, backMs) => {
  it("does not change when an open breaker lets a probe through", async () => {
    let reply = errorReply(503, "ServiceUnavailable");
    const clock = createFakeClock();
    const { wire, upstream } = await createRig(() => reply, { retry: { maxAttempts: 1 } }, clock);
    for (let count = 0; count < 5; count += 1) await failureOf(wire.call(REQUEST, createOperation()));
    reply = OK;
    clock.setBack(backMs);
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({ retryAfterMs: 1_000 });
    await clock.advance(1_000);
    await wire.call(REQUEST, createOperation());
    expect(upstream.received.length).toBe(6);
  });

  it("does not change when the quota, or a pause that the upstream asked for, is over", async () => {
    const clock = createFakeClock();
    const quotas = { ECS: { callsPerMinute: 1, isCeiling: true } };
    const { wire, upstream } = await createRig(
      (_, count) => (count === 2 ? errorReply(400, "Throttling.User", { "x-acs-retry-after": "60000" }) : OK),
      { quotas },
      clock,
    );
    for (let count = 0; count < 2; count += 1) {
      await wire.call(REQUEST, endingIn(10_000, clock)).catch(() => {});
      clock.setBack(backMs);
      expect(await failureOf(wire.call(REQUEST, endingIn(10_000, clock)))).toMatchObject({ retryAfterMs: 60_000 });
      await clock.advance(60_000);
    }
    await wire.call(REQUEST, endingIn(10_000, clock));
    expect(upstream.received.length).toBe(3);
  });

  it("does not change how long an operation has", async () => {
    const clock = createFakeClock();
    const { wire, upstream } = await createRig(() => OK, {}, clock);
    const operation = endingIn(10_000, clock);
    await clock.advance(9_000);
    clock.setBack(backMs);
    await wire.call(REQUEST, operation);
    await clock.advance(1_000);
    expect(await failureOf(wire.call(REQUEST, operation))).toMatchObject({ code: "TIMEOUT" });
    expect(upstream.received.length).toBe(1);
  });

  it("dates what is signed from then on", async () => {
    const clock = createFakeClock();
    const { wire, upstream } = await createRig(() => OK, {}, clock);
    await wire.call(REQUEST, createOperation());
    clock.setBack(backMs);
    await wire.call(REQUEST, createOperation());
    const dates = upstream.received.map(({ headers }) => Date.parse(String(headers["x-acs-date"])));
    expect((dates[0] ?? 0) - (dates[1] ?? 0)).toBe(backMs);
  });
});
