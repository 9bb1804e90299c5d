import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, endingIn, failureOf, OK, REQUEST, SOURCE } from "./rig.ts";
import { errorReply } from "./upstream-server.ts";

/** 2026-01-02T03:04:05Z, 55 s before its minute ends. */
const START = Date.UTC(2026, 0, 2, 3, 4, 5);

describe("a throttled action", () => {
  it.each([
    ["x-acs-retry-after", { "x-acs-retry-after": "1500" }, 1_500],
    ["Retry-After in seconds", { "retry-after": "2" }, 2_000],
    ["x-ratelimit-user", { "x-ratelimit-user": "Limit:1,Remain:0,TimeLeft:2000,Reset:1234" }, 2_000],
    ["x-ratelimit-user-api", { "x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:3000,Reset:1234" }, 3_000],
    ["the longest of several", { "x-acs-retry-after": "1500", "x-ratelimit-user": "TimeLeft:2500" }, 2_500],
    ["no more than a minute", { "retry-after": "86400" }, 60_000],
    ["to the end of the minute without a header", {}, 55_000],
  ])("waits as told: %s", async (_name, headers, waitMs) => {
    const { wire, upstream, clock } = await createRig((_, count) =>
      count === 1 ? errorReply(400, "Throttling.User", headers) : OK,
    );
    await wire.call(REQUEST, createOperation());
    expect([upstream.received.length, clock.now() - START]).toEqual([2, waitMs + 100]);
  });

  it("waits a moment only where the crowd is one of the moment", async () => {
    const { wire, clock } = await createRig((_, count) =>
      count === 1 ? errorReply(400, "Throttling.Api.Concurrency") : OK,
    );
    await wire.call(REQUEST, createOperation());
    expect(clock.now() - START).toBe(600);
  });

  it.each([400, 429, 503])("is told by its code, with HTTP %i as well", async (status) => {
    const { wire, states } = await createRig(() => errorReply(status, "Throttling.User"));
    const clock = createFakeClock(START);
    expect(await failureOf(wire.call(REQUEST, endingIn(10_000, clock)))).toEqual({
      name: "UpstreamError",
      code: "THROTTLED",
      message: "ECS cn-hangzhou DescribeInvocations of account default: too many requests (Throttling.User)",
      source: SOURCE,
      action: "DescribeInvocations",
      upstreamCode: "Throttling.User",
      httpStatus: status,
      requestId: "REQ-1",
      retryable: true,
      retryAfterMs: 55_000,
    });
    expect(states).toEqual([]);
  });

  it("is not asked again in that minute, and again in the next", async () => {
    const { wire, upstream, clock } = await createRig((_, count) =>
      count === 1 ? errorReply(400, "Throttling.User") : OK,
    );
    await failureOf(wire.call(REQUEST, endingIn(10_000, clock)));
    await clock.advance(20_000);
    expect(await failureOf(wire.call(REQUEST, endingIn(10_000, clock)))).toEqual({
      name: "UpstreamError",
      code: "THROTTLED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: too many requests, as the upstream said a moment ago (Throttling.User)",
      source: SOURCE,
      action: "DescribeInvocations",
      upstreamCode: "Throttling.User",
      httpStatus: null,
      requestId: null,
      retryable: true,
      retryAfterMs: 35_000,
    });
    expect(upstream.received.length).toBe(1);
    await clock.advance(35_000);
    await wire.call(REQUEST, endingIn(10_000, clock));
    expect(upstream.received.length).toBe(2);
  });

  it("holds up no other action, region, product or account", async () => {
    const { wire, upstream, clock } = await createRig(({ headers, query }) =>
      headers["x-acs-action"] === "DescribeInvocations" && query.RegionId === "cn-hangzhou"
        ? errorReply(400, "Throttling.User")
        : OK,
    );
    await failureOf(wire.call(REQUEST, endingIn(10_000, clock)));
    await wire.call({ ...REQUEST, action: "DescribeInstances" }, endingIn(10_000, clock));
    const beijing = { ...SOURCE, regionId: "cn-beijing" };
    await wire.call({ ...REQUEST, source: beijing, parameters: { RegionId: "cn-beijing" } }, endingIn(10_000, clock));
    expect(upstream.received.length).toBe(3);
  });

  it("is left alone after an answer that says the quota is used up", async () => {
    const headers = { "x-ratelimit-user-api": "Limit:10,Remain:0,TimeLeft:4000,Reset:1234" };
    const { wire, upstream, clock } = await createRig(() => ({ ...OK, headers }));
    await wire.call(REQUEST, createOperation());
    expect(await failureOf(wire.call(REQUEST, endingIn(1_000, clock)))).toMatchObject({
      code: "THROTTLED",
      retryAfterMs: 4_000,
    });
    expect(upstream.received.length).toBe(1);
  });
});

describe("the traffic policy", () => {
  it("makes no more calls in any minute than its budget, and says how long to wait", async () => {
    const { wire, upstream, clock } = await createRig(() => OK, {
      quotas: { ECS: { callsPerMinute: 3, isCeiling: true } },
    });
    for (const pauseMs of [10_000, 10_000, 10_000]) {
      await wire.call(REQUEST, endingIn(5_000, clock));
      await clock.advance(pauseMs);
    }
    expect(await failureOf(wire.call(REQUEST, endingIn(5_000, clock)))).toEqual({
      name: "UpstreamError",
      code: "THROTTLED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: the calls that may be made in this minute are used up",
      source: SOURCE,
      action: "DescribeInvocations",
      upstreamCode: null,
      httpStatus: null,
      requestId: null,
      retryable: true,
      retryAfterMs: 30_000,
    });
    expect(upstream.received.length).toBe(3);
  });

  it("waits for the budget where the deadline allows, whatever comes at once", async () => {
    const clock = createFakeClock(START);
    const { wire, upstream } = await createRig(
      () => OK,
      { quotas: { ECS: { callsPerMinute: 2, isCeiling: true } } },
      clock,
    );
    const calls = Array.from({ length: 6 }, () => wire.call(REQUEST, endingIn(600_000, clock)));
    const counts: number[] = [];
    for (let minute = 1; minute <= 3; minute += 1) {
      await Promise.race([upstream.waitFor(2 * minute + 1), Promise.all(calls.slice(0, 2 * minute))]);
      await clock.advance(59_999);
      counts.push(upstream.received.length);
      await clock.advance(1);
    }
    await Promise.all(calls);
    expect(counts).toEqual([2, 4, 6]);
  });

  it("lets only so many calls of one source run at once, in turn by operation", async () => {
    const held: (() => void)[] = [];
    const { wire, upstream } = await createRig(
      () => (response) => {
        held.push(() => response.end('{"RequestId":"R"}'));
      },
      { concurrency: 1 },
    );
    const many = createOperation();
    const few = createOperation();
    const call = (name: string, operation: typeof many) =>
      wire.call({ ...REQUEST, parameters: { Name: name } }, operation);
    const calls = [call("many-1", many), call("many-2", many), call("many-3", many), call("few-1", few)];
    for (let count = 1; count <= calls.length; count += 1) {
      await upstream.waitFor(count);
      held[count - 1]?.();
    }
    await Promise.all(calls);
    expect(upstream.received.map(({ query }) => query.Name)).toEqual(["many-1", "many-2", "few-1", "many-3"]);
  });

  it("lets a call that waits for its turn go when its client leaves", async () => {
    const held: (() => void)[] = [];
    const { wire, upstream } = await createRig(
      () => (response) => {
        held.push(() => response.end('{"RequestId":"R"}'));
      },
      { concurrency: 1 },
    );
    const first = wire.call(REQUEST, createOperation());
    await upstream.waitFor(1);
    const client = new AbortController();
    const second = failureOf(wire.call(REQUEST, createOperation({ signal: client.signal })));
    await new Promise((resolve) => setImmediate(resolve));
    client.abort();
    expect(await second).toMatchObject({ code: "TIMEOUT" });
    held[0]?.();
    await first;
    expect(upstream.received.length).toBe(1);
  });

  it("holds up no other source", async () => {
    const held: (() => void)[] = [];
    const { wire, upstream } = await createRig(
      ({ query }) => (query.RegionId === "cn-hangzhou" ? (response) => void held.push(() => response.end("{}")) : OK),
      { concurrency: 1 },
    );
    const first = wire.call(REQUEST, createOperation());
    await upstream.waitFor(1);
    const source = { ...SOURCE, regionId: "cn-beijing" };
    await wire.call({ ...REQUEST, source, parameters: { RegionId: "cn-beijing" } }, createOperation());
    held[0]?.();
    await first;
    expect(upstream.received.length).toBe(2);
  });
});
