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

  describe("of which some began at one time", () => {
    const START = "2026-01-02T03:00:00.000Z";
    const over = (overrides: Partial<InvocationResult>) => ({ ...execution(null, START), ...overrides });
    const running = (overrides: Partial<InvocationResult> = {}) =>
      over({ status: "RUNNING", finishTime: null, ...overrides });
    const told = (results: readonly InvocationResult[]) =>
      arrangeExecutions(results, true).map(({ status, repeats, execution: key }) => [status, repeats, key]);
    const KEY = `s${Date.parse(START)}`;

    it("are one if the first answer told it while it went on, also with a number that it did not have then", () => {
      for (const repeats of [null, 0, 1]) {
        const results = [running({ repeats }), over({ repeats: 1 })];
        for (const order of [results, results.toReversed()]) expect(told(order)).toEqual([["SUCCESS", 1, KEY]]);
      }
      expect(told([running(), running()])).toEqual([["RUNNING", null, KEY]]);
    });

    it("are told apart by their outcomes, and keep their keys when another one begins or ends", () => {
      const failed = over({ status: "FAILED", exitCode: 1, finishTime: null, repeats: 1 });
      expect(told([failed])).toEqual([["FAILED", 1, KEY]]);
      for (const second of [running({ repeats: 2 }), over({ finishTime: null, repeats: 2 })])
        for (const order of [
          [second, failed],
          [failed, second],
        ])
          expect(told(order)).toEqual([
            [second.status, 2, `${KEY}.1`],
            ["FAILED", 1, KEY],
          ]);
    });

    it("come by their ends, whichever is told first", () => {
      const early = over({ finishTime: "2026-01-02T03:00:04.000Z", status: "FAILED" });
      const late = over({ finishTime: "2026-01-02T03:00:09.000Z" });
      for (const order of [
        [early, late],
        [late, early],
      ]) {
        expect(told(order)).toEqual([
          ["SUCCESS", null, `${KEY}.1`],
          ["FAILED", null, KEY],
        ]);
        expect(arrangeExecutions(order, false).map(({ status }) => status)).toEqual(["SUCCESS"]);
      }
    });
  });
});
