import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { createFakeClock } from "../../support/clock.ts";
import { createOptions, startGateway, stubSchema, type TestGateway } from "../gateway.ts";

const source = { provider: "SWAS", account: "default", regionId: "cn-beijing" } as const;

describe("logs and metrics", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      schema: stubSchema("type Query { hello: String, fail: String }", {
        Query: {
          hello: (_args, { requestId, meter }) => {
            meter.spend(source, "DescribeInvocations");
            gateway.telemetry.upstreamAttempt({
              source,
              action: "DescribeInvocations",
              outcome: "ok",
              attempt: 2,
              durationMs: 40,
              httpStatus: 200,
              upstreamCode: null,
              upstreamRequestId: "upstream-1",
              requestId,
            });
            return "hello";
          },
        },
      }),
    });
  });
  afterAll(() => gateway.stop());

  it("says where it listens once it is ready", () => {
    expect(gateway.log.filter(({ msg }) => msg === "ready")).toEqual([
      { level: "info", time: expect.any(String), url: gateway.url, msg: "ready" },
    ]);
  });

  it("writes one line an operation", async () => {
    await gateway.ask(
      { query: "query Greeting { hello }" },
      { "x-request-id": "greeting", authorization: "Bearer canary" },
    );
    expect(gateway.log.filter(({ requestId, msg }) => requestId === "greeting" && msg === "operation")).toEqual([
      {
        level: "info",
        time: expect.any(String),
        requestId: "greeting",
        operationName: "Greeting",
        operationType: "query",
        status: 200,
        durationMs: expect.any(Number),
        calls: 1,
        cached: 0,
        upstreamRequestIds: ["upstream-1"],
        upstreamDurationsMs: [expect.any(Number)],
        codes: [],
        msg: "operation",
      },
    ]);
    expect(gateway.logText()).not.toContain("canary");
  });

  it("names the codes of the errors in the answer", async () => {
    await gateway.ask({ query: "{ nowhere }" }, { "x-request-id": "invalid" });
    await gateway.ask("{", { "x-request-id": "unreadable" });
    const codes = (id: string) =>
      gateway.log.find(({ requestId, msg }) => requestId === id && msg === "operation")?.codes;
    expect([codes("invalid"), codes("unreadable")]).toEqual([["GRAPHQL_VALIDATION_FAILED"], ["BAD_REQUEST"]]);
  });

  it("serves what it counted as Prometheus text", async () => {
    const { telemetry } = gateway;
    telemetry.breakerChanged({ source, action: "DescribeInvocations", state: "open" });
    telemetry.loaderBatch({ loader: "results", size: 7 });
    const response = await fetch(new URL("/metrics", gateway.url));
    const text = await response.text();
    const lines = text
      .split("\n")
      .filter((line) => line.startsWith("gateway_") && !/(duration_seconds|_bucket)/.test(line));
    const labels = 'provider="SWAS",account="default",region="cn-beijing"';
    expect({ type: response.headers.get("content-type"), lines }).toEqual({
      type: "text/plain; version=0.0.4; charset=utf-8",
      lines: [
        `gateway_upstream_attempts_total{${labels},action="DescribeInvocations",outcome="ok"} 1`,
        `gateway_upstream_retries_total{${labels},action="DescribeInvocations"} 1`,
        `gateway_breaker_state{${labels},action="DescribeInvocations"} 2`,
        'gateway_loader_batch_size_sum{loader="results"} 7',
        'gateway_loader_batch_size_count{loader="results"} 1',
        'gateway_requests_total{type="query",status="200"} 1',
        'gateway_requests_total{type="none",status="200"} 1',
        'gateway_requests_total{type="none",status="400"} 1',
        'gateway_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1',
        'gateway_errors_total{code="BAD_REQUEST"} 1',
        "gateway_requests_in_flight 0",
      ],
    });
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });

  it("tells notices and unknown words as lines", () => {
    gateway.telemetry.notice({
      level: "warn",
      message: "something happened",
      details: { signature: "canary", count: 1 },
    });
    gateway.telemetry.unknownWord({ source, field: "InvocationStatus", word: "Dreaming" });
    const told = gateway.log.slice(-2).map(({ time: _time, ...line }) => line);
    expect(told).toEqual([
      { level: "warn", signature: "[Redacted]", count: 1, msg: "something happened" },
      { level: "warn", ...source, field: "InvocationStatus", word: "Dreaming", msg: "unknown word" },
    ]);
  });
});

describe("a refusal that lasts until somebody mends it", () => {
  it("is a warning once a minute by source, action and code, while the metrics count every attempt", async () => {
    const clock = createFakeClock();
    const lines: string[] = [];
    const options = createOptions({ clock }, (line) => lines.push(line));
    const attempt = (regionId: string, outcome: "UNAUTHENTICATED" | "UNAVAILABLE", upstreamCode: string) =>
      options.telemetry.upstreamAttempt({
        source: { ...source, regionId },
        action: "DescribeInvocations",
        outcome,
        attempt: 1,
        durationMs: 40,
        httpStatus: 404,
        upstreamCode,
        upstreamRequestId: null,
        requestId: "asked",
      });
    const round = () => {
      attempt("cn-beijing", "UNAUTHENTICATED", "SignatureDoesNotMatch");
      attempt("cn-hangzhou", "UNAUTHENTICATED", "SignatureDoesNotMatch");
      attempt("cn-hangzhou", "UNAVAILABLE", "ServiceUnavailable");
    };
    round();
    round();
    await clock.advance(59_999);
    round();
    attempt("cn-beijing", "UNAUTHENTICATED", "InvalidAccessKeyId.NotFound");
    await clock.advance(1);
    round();
    const warnings = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ level }) => level === "warn")
      .map(({ regionId, upstreamCode, repeated }) => [regionId, upstreamCode, repeated]);
    expect(warnings).toEqual([
      ["cn-beijing", "SignatureDoesNotMatch", undefined],
      ["cn-hangzhou", "SignatureDoesNotMatch", undefined],
      ["cn-hangzhou", "ServiceUnavailable", undefined],
      ["cn-hangzhou", "ServiceUnavailable", undefined],
      ["cn-hangzhou", "ServiceUnavailable", undefined],
      ["cn-beijing", "InvalidAccessKeyId.NotFound", undefined],
      ["cn-beijing", "SignatureDoesNotMatch", 2],
      ["cn-hangzhou", "SignatureDoesNotMatch", 2],
      ["cn-hangzhou", "ServiceUnavailable", undefined],
    ]);
    const counted = await options.registry.getSingleMetric("gateway_upstream_attempts_total")?.get();
    expect(counted?.values.map(({ labels, value }) => [labels.region, labels.outcome, value])).toEqual([
      ["cn-beijing", "UNAUTHENTICATED", 5],
      ["cn-hangzhou", "UNAUTHENTICATED", 4],
      ["cn-hangzhou", "UNAVAILABLE", 4],
    ]);
  });
});
