import type { Execution } from "#domain";

/** A successful execution without output, changed where the test says so. */
export function createExecution(overrides: Partial<Execution> = {}): Execution {
  return {
    source: { provider: "ECS", account: "default", regionId: "cn-hangzhou" },
    invokeId: "t-hz01",
    instanceId: "i-01",
    commandId: "c-hz01",
    status: "SUCCESS",
    rawStatus: "Success",
    startTime: "2026-01-02T03:04:05.000Z",
    finishTime: "2026-01-02T03:04:06.000Z",
    stopTime: null,
    exitCode: 0,
    error: null,
    repeats: 1,
    username: null,
    output: null,
    ossDelivery: null,
    ...overrides,
  };
}
