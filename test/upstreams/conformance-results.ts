import { describe, expect, it } from "@jest/globals";
import { createPlainRun } from "./conformance-plain-run.ts";
import type { Stage } from "./conformance-stage.ts";
import { EVERYTHING, output } from "./stub.ts";

/** Results of a run. */
export function describeResults(stage: Stage): void {
  const { product, first } = stage;
  const { calls } = product;
  const plain = createPlainRun(stage);

  describe("results", () => {
    it("of all instances of a run come in one call", async () => {
      await stage.restart({ invocations: [plain.input] });
      const query = { invokeId: "t-1", includeHistory: false };
      expect(await stage.end.upstream.readResults(query, EVERYTHING, stage.end.operation)).toEqual(plain.results());
      expect(stage.end.takeCalls()).toEqual(calls.results("t-1"));
    });

    it("of no instance cost no call", async () => {
      await stage.restart({ invocations: [plain.input] });
      const query = { invokeId: "t-1", instanceIds: [], includeHistory: false };
      expect([
        await stage.end.upstream.readResults(query, EVERYTHING, stage.end.operation),
        stage.end.takeCalls(),
      ]).toEqual([[], []]);
    });

    it("of a run that is gone are none", async () => {
      const query = { invokeId: "t-9", includeHistory: false };
      expect(await stage.end.upstream.readResults(query, EVERYTHING, stage.end.operation)).toEqual([]);
    });

    it("keep every byte: GBK from Windows, NUL and broken UTF-8", async () => {
      const bytes = Uint8Array.from([0xd6, 0xd0, 0xce, 0xc4, 0x00, 0x1b, 0x5b, 0x31, 0x6d, 0x0d, 0x0a, 0xe4, 0xb8]);
      await stage.restart({
        outputEncoding: "base64",
        invocations: [{ invokeId: "t-1", instances: [{ instanceId: first, output: bytes }] }],
      });
      const query = { invokeId: "t-1", includeHistory: false };
      const results = await stage.end.upstream.readResults(query, EVERYTHING, stage.end.operation);
      expect(results.map((each) => each.output)).toEqual([output(bytes, product.droppedBytes)]);
    });
  });
}
