import { describe, expect, it } from "@jest/globals";
import type { Operation } from "#domain";
import type { WireOptions } from "#wire";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createRig, endingIn, failureOf, OK, REQUEST, SOURCE } from "./rig.ts";
import { errorReply, type Play } from "./upstream-server.ts";

/** So many calls a minute, as somebody set them. */
const quota = (callsPerMinute: number, isCeiling = true) => ({ quotas: { ECS: { callsPerMinute, isCeiling } } });

/** A rig whose time moves by hand, and the times at which the upstream was asked. */
async function createTimedRig(play: Play, options: Partial<WireOptions>) {
  const clock = createFakeClock();
  const times: number[] = [];
  const timed: Play = (received, count) => {
    times.push(clock.elapsed());
    return play(received, count);
  };
  return { ...(await createRig(timed, options, clock)), clock, times };
}

/** Makes calls until one is refused; how many were made. */
async function countCalls(call: () => Promise<unknown>): Promise<number> {
  for (let count = 0; ; count += 1) {
    const error = await call().then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error !== null) return count;
  }
}

/** Most of these times within any 60 s. */
function mostInMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + 60_000).length));
}

describe("the quota of an action", () => {
  it("counts a call until 60 s after its end, since nobody knows when it reached the upstream", async () => {
    let finish = () => {};
    const { wire, upstream, clock } = await createTimedRig(
      (_, count) =>
        count > 1
          ? OK
          : (response) => {
              finish = () => response.end('{"RequestId":"R"}');
            },
      quota(1),
    );
    const slow = wire.call(REQUEST, createOperation());
    await upstream.waitFor(1);
    await clock.advance(59_000);
    finish();
    await slow;
    await clock.advance(59_999);
    expect(await failureOf(wire.call(REQUEST, endingIn(0, clock)))).toMatchObject({ code: "TIMEOUT" });
    expect(await failureOf(wire.call(REQUEST, endingIn(50, clock)))).toMatchObject({
      code: "THROTTLED",
      retryAfterMs: 1,
    });
    await clock.advance(1);
    await wire.call(REQUEST, endingIn(1_000, clock));
    expect(upstream.received.length).toBe(2);
  });

  it("counts every attempt", async () => {
    const { wire, upstream, clock } = await createRig(() => errorReply(503, "ServiceUnavailable"), quota(3));
    expect(await failureOf(wire.call(REQUEST, endingIn(10_000, clock)))).toMatchObject({ code: "UNAVAILABLE" });
    expect(await failureOf(wire.call(REQUEST, endingIn(10_000, clock)))).toMatchObject({ code: "THROTTLED" });
    expect(upstream.received.length).toBe(3);
  });

  it("is the narrowest entry's, for each account, region and action alone", async () => {
    const quotas = {
      ECS: { callsPerMinute: 2, isCeiling: true },
      "ECS:DescribeInstances": { callsPerMinute: 3, isCeiling: true },
      SWAS: { callsPerMinute: 4, isCeiling: true },
    };
    const { wire, clock } = await createRig(() => OK, { quotas });
    const others = [
      REQUEST,
      { ...REQUEST, action: "DescribeInstances" },
      { ...REQUEST, source: { ...SOURCE, regionId: "cn-beijing" } },
      { ...REQUEST, source: { ...SOURCE, provider: "SWAS" as const } },
    ];
    const counts: number[] = [];
    for (const request of others) counts.push(await countCalls(() => wire.call(request, endingIn(1_000, clock))));
    expect(counts).toEqual([2, 3, 2, 4]);
  });

  it.each([
    ["lowers a default", 10, false, 7, 7],
    ["raises a default", 10, false, 20, 20],
    ["lowers what was set", 10, true, 7, 7],
    ["does not raise what was set", 10, true, 20, 10],
    ["is no limit a minute where it is hardly a call", 10, true, 1, 5],
  ])("follows the upstream's header, which %s", async (_name, callsPerMinute, isCeiling, told, expected) => {
    const headers = { "x-ratelimit-user-api": `Limit:${told},Remain:9,TimeLeft:30000,Reset:1` };
    const { wire, upstream, clock } = await createRig(() => ({ ...OK, headers }), quota(callsPerMinute, isCeiling));
    await countCalls(() => wire.call(REQUEST, endingIn(1_000, clock)));
    expect(upstream.received.length).toBe(expected);
  });

  it("is halved by a throttle, for all calls that met it together once, and comes back call by call", async () => {
    let isThrottling = true;
    const { wire, upstream, clock } = await createTimedRig(
      () => (isThrottling ? errorReply(400, "Throttling.User") : OK),
      quota(20),
    );
    await Promise.all(Array.from({ length: 3 }, () => failureOf(wire.call(REQUEST, endingIn(1_000, clock)))));
    isThrottling = false;
    const counts: number[] = [];
    for (let minute = 0; minute < 14; minute += 1) {
      await clock.advance(60_000);
      const before = upstream.received.length;
      await countCalls(() => wire.call(REQUEST, endingIn(1_000, clock)));
      counts.push(upstream.received.length - before);
    }
    expect(counts).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 20, 20, 20, 20]);
  });

  it("is not touched by a crowd of the moment", async () => {
    const { wire, upstream, clock } = await createTimedRig(
      (_, count) => (count === 1 ? errorReply(400, "Throttling.Api.Concurrency") : OK),
      quota(10),
    );
    await failureOf(wire.call(REQUEST, endingIn(100, clock)));
    await clock.advance(500);
    await countCalls(() => wire.call(REQUEST, endingIn(1_000, clock)));
    expect(upstream.received.length).toBe(10);
  });
});

describe("calls that wait for quota", () => {
  it("are made in turn by operation", async () => {
    const { wire, upstream, clock } = await createTimedRig(() => OK, quota(1));
    const call = (name: string, operation: Operation) =>
      wire.call({ ...REQUEST, parameters: { Name: name } }, operation);
    const many = endingIn(600_000, clock);
    const few = endingIn(600_000, clock);
    const calls = [call("many-1", many), call("many-2", many), call("many-3", many), call("few-1", few)];
    for (let count = 1; count <= calls.length; count += 1) {
      await upstream.waitFor(count);
      await Promise.race(calls.slice(count - 1));
      await clock.advance(60_000);
    }
    await Promise.all(calls);
    expect(upstream.received.map(({ query }) => query.Name)).toEqual(["many-1", "many-2", "few-1", "many-3"]);
  });

  it("are made in turn by client, whatever number of operations each has", async () => {
    const { wire, upstream, clock } = await createTimedRig(() => OK, quota(1));
    const call = (name: string, client: string) => {
      const operation = endingIn(600_000, clock);
      const meter = { ...operation.meter, client };
      return wire.call({ ...REQUEST, parameters: { Name: name } }, { ...operation, meter });
    };
    const calls = ["many-1", "many-2", "many-3", "few-1"].map((name) => call(name, name.slice(0, -2)));
    for (let count = 1; count <= calls.length; count += 1) {
      await upstream.waitFor(count);
      await Promise.race(calls.slice(count - 1));
      await clock.advance(60_000);
    }
    await Promise.all(calls);
    expect(upstream.received.map(({ query }) => query.Name)).toEqual(["many-1", "many-2", "few-1", "many-3"]);
  });

  it("are refused at once if those before them use their time up", async () => {
    const { wire, upstream, clock } = await createTimedRig(() => OK, quota(1));
    await wire.call(REQUEST, createOperation());
    const first = wire.call(REQUEST, endingIn(90_000, clock));
    const late = await failureOf(wire.call(REQUEST, endingIn(90_000, clock)));
    expect(late).toMatchObject({ code: "THROTTLED", upstreamCode: null, retryAfterMs: 120_000 });
    await clock.advance(60_000);
    await first;
    expect(upstream.received.length).toBe(2);
  });

  it("are refused once the upstream asks for a pause beyond their deadline", async () => {
    const { wire, upstream, clock } = await createTimedRig(
      (_, count) => (count === 2 ? errorReply(400, "Throttling.User", { "x-acs-retry-after": "60000" }) : OK),
      quota(2),
    );
    await wire.call(REQUEST, createOperation());
    await clock.advance(40_000);
    const refused = failureOf(wire.call(REQUEST, endingIn(25_000, clock)));
    const waiting = failureOf(wire.call(REQUEST, endingIn(25_000, clock)));
    expect([await refused, await waiting]).toMatchObject([
      { code: "THROTTLED", httpStatus: 400, retryAfterMs: 60_000 },
      { code: "THROTTLED", httpStatus: null, upstreamCode: "Throttling.User", retryAfterMs: 60_000 },
    ]);
    expect(upstream.received.length).toBe(2);
  });

  it("leave their place when their client leaves", async () => {
    const { wire, upstream, clock } = await createTimedRig(() => OK, quota(1));
    await wire.call(REQUEST, createOperation());
    const client = new AbortController();
    const left = failureOf(wire.call(REQUEST, createOperation({ signal: client.signal })));
    await new Promise((resolve) => setImmediate(resolve));
    client.abort();
    expect(await left).toMatchObject({ code: "TIMEOUT" });
    const next = wire.call(REQUEST, endingIn(61_000, clock));
    await clock.advance(60_000);
    await next;
    expect(upstream.received.length).toBe(2);
  });
});

describe("a refresh", () => {
  const refresh = () => createOperation({ pace: "refresh" });

  it("is refused at once, as paced, instead of waiting", async () => {
    const { wire, upstream, clock } = await createTimedRig(() => OK, quota(10));
    expect(await countCalls(() => wire.call(REQUEST, refresh()))).toBe(3);
    await clock.advance(1_000);
    expect(await failureOf(wire.call(REQUEST, refresh()))).toEqual({
      name: "UpstreamError",
      code: "THROTTLED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: it is not read again yet, to keep within the quota",
      source: SOURCE,
      action: "DescribeInvocations",
      upstreamCode: null,
      httpStatus: null,
      requestId: null,
      retryable: true,
      retryAfterMs: 9_000,
      isPaced: true,
    });
    expect([upstream.received.length, clock.sleeps]).toEqual([3, []]);
  });

  it("does not wait for the end of a throttle: the first is told what the upstream said, the next that it is paced", async () => {
    const { wire, upstream, clock } = await createTimedRig(() => errorReply(400, "Throttling.User"), quota(10));
    const first = await failureOf(wire.call(REQUEST, refresh()));
    expect(first).toMatchObject({ code: "THROTTLED", upstreamCode: "Throttling.User", httpStatus: 400 });
    expect(first).not.toHaveProperty("isPaced");
    expect(await failureOf(wire.call(REQUEST, refresh()))).toMatchObject({
      code: "THROTTLED",
      upstreamCode: null,
      retryAfterMs: 55_000,
      isPaced: true,
    });
    expect([upstream.received.length, clock.sleeps]).toEqual([1, []]);
  });

  it("is tried again like any call when the source stumbles", async () => {
    const { wire, upstream } = await createRig(
      (_, count) => (count === 1 ? errorReply(503, "ServiceUnavailable") : OK),
      quota(3),
    );
    await wire.call(REQUEST, refresh());
    expect(upstream.received.length).toBe(2);
  });

  it("leaves a fifth of the quota to single reads, which also leave a fifth to it", async () => {
    const { wire, clock } = await createTimedRig(() => OK, quota(10));
    let refreshes = 0;
    for (let second = 0; second < 59; second += 1) {
      refreshes += await countCalls(() => wire.call(REQUEST, refresh()));
      await clock.advance(1_000);
    }
    const singles = await countCalls(() => wire.call(REQUEST, endingIn(100, clock)));
    expect([refreshes, singles]).toEqual([8, 2]);

    const other = await createTimedRig(() => OK, quota(10));
    await other.wire.call(REQUEST, refresh());
    const most = await countCalls(() => other.wire.call(REQUEST, endingIn(100, other.clock)));
    await other.clock.advance(8_000);
    await other.wire.call(REQUEST, refresh());
    expect(most).toBe(8);
  });

  it.each([
    [10, 10_000],
    [100, 2_000],
  ])(
    "comes evenly: with %i calls a minute nothing is older than %i ms, however often is asked",
    async (calls, oldestMs) => {
      const { wire, clock, times } = await createTimedRig(() => OK, quota(calls));
      let readAt = clock.elapsed();
      let oldest = 0;
      for (let tick = 0; tick < 1_200; tick += 1) {
        await wire.call(REQUEST, refresh()).then(
          () => {
            readAt = clock.elapsed();
          },
          () => {},
        );
        oldest = Math.max(oldest, clock.elapsed() - readAt);
        await clock.advance(250);
      }
      expect([mostInMinute(times) <= calls, oldest <= oldestMs]).toEqual([true, true]);
    },
  );
});

describe("whatever comes", () => {
  it.each([1, 2, 3, 4, 5])("no 60 s hold one call too many (world %i)", async (seed) => {
    const random = createRandom(seed);
    const calls = 1 + Math.floor(random() * 12);
    const { wire, clock, times } = await createTimedRig(
      () => (random() < 0.1 ? errorReply(503, "ServiceUnavailable") : OK),
      quota(calls),
    );
    const running: Promise<unknown>[] = [];
    for (let step = 0; step < 300; step += 1) {
      const pace = random() < 0.5 ? { pace: "refresh" as const } : {};
      const operation = { ...endingIn(10_000, clock), ...pace };
      running.push(wire.call(REQUEST, operation).catch(() => {}));
      if (random() < 0.7) await clock.advance(Math.floor(random() * 3_000));
    }
    let isOver = false;
    const over = Promise.all(running).then(() => {
      isOver = true;
    });
    // A call may pause once more, however late its answer comes over the real socket.
    while (!isOver) await clock.advance(1_000);
    await over;
    expect(times.length).toBeGreaterThan(calls);
    expect(mostInMinute(times)).toBeLessThanOrEqual(calls);
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
