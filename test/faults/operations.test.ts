import { describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";

const PAGE = "query Runs { invocations { nodes { invokeId } sources { provider error { code retryAfterMs } } } }";
const down = { product: "ecs", fault: { kind: "error", code: "ServiceUnavailable" } } as const;

const lines = (rig: Rig, msg: string) =>
  rig.log.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.msg === msg);

/** Values of one metric by its labels, as Prometheus reads them. */
async function metric(rig: Rig, name: string): Promise<Readonly<Record<string, number>>> {
  const found = (await rig.read("/metrics")).split("\n").filter((line) => line.startsWith(`${name}{`));
  return Object.fromEntries(
    found.map((line) => [
      line.slice(name.length, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

const ECS = 'provider="ECS",account="default",region="cn-hangzhou"';
const SWAS = 'provider="SWAS",account="default",region="cn-hangzhou"';
const ID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

describe("what an outage shows to those who run the gateway", () => {
  it("is one line an operation, with the upstream's ids, and one for each attempt that failed", async () => {
    const rig = await startRig({ faults: [down] });
    await rig.ask(PAGE);
    const [line, ...more] = lines(rig, "operation");
    expect(more).toEqual([]);
    expect(line).toEqual({
      level: "info",
      time: expect.any(String),
      msg: "operation",
      requestId: expect.any(String),
      operationName: "Runs",
      operationType: "query",
      status: 200,
      durationMs: expect.any(Number),
      calls: 5,
      cached: 0,
      upstreamRequestIds: Array.from({ length: 5 }, () => expect.stringMatching(ID)),
      upstreamDurationsMs: Array.from({ length: 5 }, () => expect.any(Number)),
      codes: [],
    });
    const failed = lines(rig, "upstream attempt").filter(({ outcome }) => outcome !== "ok");
    expect(failed).toEqual(
      [1, 2, 3, 4].map((attempt) => ({
        level: "warn",
        time: expect.any(String),
        msg: "upstream attempt",
        provider: "ECS",
        account: "default",
        regionId: "cn-hangzhou",
        action: "DescribeInvocations",
        outcome: "UNAVAILABLE",
        attempt,
        durationMs: expect.any(Number),
        httpStatus: 503,
        upstreamCode: "ServiceUnavailable",
        upstreamRequestId: expect.stringMatching(ID),
        requestId: line?.requestId,
      })),
    );
  });

  it("is counted: requests, attempts by outcome, retries, the breaker's state", async () => {
    const rig = await startRig({ faults: [down] });
    await rig.ask(PAGE);
    await rig.ask('{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "t-ecs1") { invokeId } }');
    expect({
      requests: await metric(rig, "gateway_requests_total"),
      errors: await metric(rig, "gateway_errors_total"),
      attempts: await metric(rig, "gateway_upstream_attempts_total"),
      retries: await metric(rig, "gateway_upstream_retries_total"),
      breaker: await metric(rig, "gateway_breaker_state"),
    }).toEqual({
      requests: { '{type="query",status="200"}': 2 },
      errors: { '{code="UPSTREAM_UNAVAILABLE"}': 1 },
      attempts: {
        [`{${ECS},action="DescribeInvocations",outcome="UNAVAILABLE"}`]: 5,
        [`{${SWAS},action="DescribeCommandInvocations",outcome="ok"}`]: 1,
      },
      retries: { [`{${ECS},action="DescribeInvocations"}`]: 3 },
      breaker: { [`{${ECS},action="DescribeInvocations"}`]: 2 },
    });
    const text = await rig.read("/metrics");
    const others = ["gateway_loader_batch_size", "nodejs_eventloop_lag_seconds"];
    expect(others.filter((name) => !text.includes(`# HELP ${name} `))).toEqual([]);
  });
});

describe("a throttled source", () => {
  it("says how long to wait: to the end of the minute where the upstream does not", async () => {
    const rig = await startRig({ faults: [{ product: "ecs", fault: { kind: "error", code: "Throttling.User" } }] });
    const { body } = await rig.ask(PAGE);
    const { sources } = (body as { data: { invocations: { sources: { error: { retryAfterMs: number } | null }[] } } })
      .data.invocations;
    const waitMs = sources[0]?.error?.retryAfterMs ?? 0;
    expect([waitMs > 40_000, waitMs <= 55_000]).toEqual([true, true]);
  });

  it("is not the gateway's doing: a budget of its own keeps calls back, with the time to wait", async () => {
    const rig = await startRig({ settings: { UPSTREAM_QUOTA: "ecs=1" } });
    const one = (id: string) =>
      `{ invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: "${id}") { invokeId } }`;
    await rig.ask(one("t-ecs1"));
    const { body } = await rig.ask(one("t-ecs2"));
    expect(body).toMatchObject({
      data: { invocation: null },
      errors: [
        {
          message:
            "ECS cn-hangzhou DescribeInvocations of account default: the calls that may be made in this minute are used up",
          extensions: { code: "UPSTREAM_THROTTLED", upstreamCode: null, retryable: true },
        },
      ],
      extensions: { cost: { calls: 0 } },
    });
    expect(rig.takeCalls()).toEqual(["ecs DescribeInvocations"]);
  });
});

describe("a gateway that stops", () => {
  it("is not ready any more, and loses no operation that is under way", async () => {
    const rig = await startRig({ faults: [{ fault: { kind: "latency", ms: 300 } }] });
    expect(await rig.read("/readyz")).toBe("ok\n");
    const underWay = [rig.ask(PAGE), rig.ask(PAGE), rig.ask(PAGE)];
    while (rig.emulator.calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const stopped = rig.stop();
    const ready = await rig.read("/readyz").catch(() => "not taken");
    const answers = await Promise.all(underWay);
    await stopped;
    expect(["draining\n", "not taken"]).toContain(ready);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [
        200,
        expect.objectContaining({ data: expect.objectContaining({ invocations: expect.anything() }) }),
      ]),
    );
  });
});
