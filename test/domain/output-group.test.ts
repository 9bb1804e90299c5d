import { describe, expect, it } from "@jest/globals";
import { type Execution, groupOutputs, isOutputKnown, type Output } from "#domain";
import { createExecution } from "../support/execution.ts";

const output = (text: string, droppedBytes: number | null = 0): Output => ({ bytes: Buffer.from(text), droppedBytes });
const execution = (instanceId: string, overrides: Partial<Execution>): Execution =>
  createExecution({ instanceId, ...overrides });

const printed = ({ output }: Execution) =>
  output == null ? "" : `${output.droppedBytes}/${Buffer.from(output.bytes).toString("latin1")}`;

describe("groupOutputs", () => {
  it("puts what ended alike together, the largest group first", () => {
    const odd = execution("i-2", { output: output("no disk\n") });
    const [first, second] = [
      execution("i-1", { output: output("ok\n") }),
      execution("i-3", { output: output("ok\n") }),
    ];
    expect(groupOutputs([odd, second, first], printed)).toEqual([
      { status: "SUCCESS", exitCode: 0, output: output("ok\n"), isKnown: true, executions: [first, second] },
      { status: "SUCCESS", exitCode: 0, output: output("no disk\n"), isKnown: true, executions: [odd] },
    ]);
  });

  it("keeps apart what differs in status, exit code, dropped bytes, or in having no output", () => {
    const rows = [
      execution("i-1", { status: "FAILED", exitCode: 1, output: output("x") }),
      execution("i-2", { status: "FAILED", exitCode: 2, output: output("x") }),
      execution("i-3", { output: output("x") }),
      execution("i-4", { output: output("x", 5) }),
      execution("i-5", { output: output("") }),
      execution("i-6", { output: null }),
    ];
    expect(groupOutputs(rows, printed).map(({ executions }) => executions.map(({ instanceId }) => instanceId))).toEqual(
      rows.map(({ instanceId }) => [instanceId]),
    );
  });

  it("orders equal sizes by status, then by first instance", () => {
    const rows = [
      execution("i-3", { status: "TIMEOUT" }),
      execution("i-2", { status: "ERROR", exitCode: 1 }),
      execution("i-1", { status: "ERROR", exitCode: 2 }),
    ];
    expect(groupOutputs(rows, printed).map(({ executions }) => executions[0]?.instanceId)).toEqual([
      "i-1",
      "i-2",
      "i-3",
    ]);
  });

  it("keeps output that nobody knows apart from none", () => {
    const [untold, silent] = [execution("i-1", { output: undefined }), execution("i-2", { output: null })];
    const alike = { status: "SUCCESS", exitCode: 0, output: null };
    expect(groupOutputs([untold, silent], printed)).toEqual([
      { ...alike, isKnown: false, executions: [untold] },
      { ...alike, isKnown: true, executions: [silent] },
    ]);
  });

  it.each([
    ["goes on", { status: "RUNNING" }, true],
    ["went on when the upstream dropped it", { status: "RUNNING", isGoneUpstream: true }, false],
    ["was never carried out", { status: "ERROR", startTime: null }, true],
    ["failed to start in time, and tells when it did", { status: "ERROR" }, false],
    ["is over", { status: "SUCCESS" }, false],
  ] as const)("knows that nothing is known of what %s without an output: %j", (_, overrides, isKnown) => {
    expect(isOutputKnown(execution("i-1", { ...overrides, output: undefined }))).toBe(isKnown);
  });

  it("gives no group for no execution", () => {
    expect(groupOutputs([], printed)).toEqual([]);
  });
});
