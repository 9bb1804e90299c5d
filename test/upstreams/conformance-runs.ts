import { describe, expect, it } from "@jest/globals";
import { createPlainRun } from "./conformance-plain-run.ts";
import type { Stage } from "./conformance-stage.ts";
import { EVERYTHING, NOTHING, output } from "./stub.ts";

/** Single runs. */
export function describeRuns(stage: Stage): void {
  const { product, first } = stage;
  const { calls } = product;
  const plain = createPlainRun(stage);

  describe("one run", () => {
    it("comes with its instances, outputs and script in one call", async () => {
      await stage.restart({ invocations: [plain.input] });
      expect(await stage.end.upstream.readInvocation("t-1", EVERYTHING, stage.end.operation)).toEqual(plain.run());
      expect(stage.end.takeCalls()).toEqual([calls.runWithOutput("t-1")]);
    });

    it("is null where the upstream does not know it", async () => {
      expect(await stage.end.upstream.readInvocation("t-9", NOTHING, stage.end.operation)).toBeNull();
      expect(stage.end.takeCalls()).toEqual(calls.unknownRun("t-9"));
    });

    it("is still running: no exit code, and what it printed so far", async () => {
      await stage.restart({
        invocations: [
          { invokeId: "t-1", instances: [{ instanceId: first, status: "Running", exitCode: 0, output: "step 1\n" }] },
        ],
      });
      const run = await stage.end.upstream.readInvocation("t-1", EVERYTHING, stage.end.operation);
      expect(run).toMatchObject({
        status: "RUNNING",
        instances: [
          { status: "RUNNING", exitCode: null, finishTime: null, output: output("step 1\n", product.droppedBytes) },
        ],
      });
    });
  });
}
