import { describe, expect, it } from "@jest/globals";
import type { InvocationResult } from "#domain";
import { arrangeExecutions } from "#upstreams";

const execution = (repeats: number | null, startTime: string | null): InvocationResult => ({
  source: { provider: "ECS", account: "default", regionId: "cn-hangzhou" },
  invokeId: "t-1",
  instanceId: "i-1",
  commandId: null,
  status: startTime === null ? "ABORTED" : "SUCCESS",
  rawStatus: null,
  startTime,
  finishTime: startTime,
  stopTime: null,
  exitCode: null,
  error: null,
  repeats,
  username: null,
  output: undefined,
  ossDelivery: null,
  execution: null,
});

describe("the executions of a repeated run", () => {
  it("come by their number where all have one, also those that were never started", () => {
    const results = [
      execution(2, null),
      execution(3, "2026-01-02T03:00:00.000Z"),
      execution(1, "2026-01-02T01:00:00.000Z"),
    ];
    expect(arrangeExecutions(results, true).map(({ repeats }) => repeats)).toEqual([3, 2, 1]);
    expect(arrangeExecutions(results, false).map(({ repeats }) => repeats)).toEqual([3]);
  });

  it("come by their start where numbers are missing", () => {
    const results = [execution(null, "2026-01-02T01:00:00.000Z"), execution(7, "2026-01-02T03:00:00.000Z")];
    expect(arrangeExecutions(results, true).map(({ startTime }) => startTime)).toEqual([
      "2026-01-02T03:00:00.000Z",
      "2026-01-02T01:00:00.000Z",
    ]);
  });
});
