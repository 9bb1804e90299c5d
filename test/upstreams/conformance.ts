import { expect, it } from "@jest/globals";
import { describeLists } from "./conformance-lists.ts";
import { describeResults } from "./conformance-results.ts";
import { describeRuns } from "./conformance-runs.ts";
import { describeServers } from "./conformance-servers.ts";
import { createStage, type Product } from "./conformance-stage.ts";
import { NOTHING } from "./stub.ts";

/** What every adapter must do, over real HTTP against the emulator. */
export function describeUpstream(product: Product): void {
  const stage = createStage(product);
  describeRuns(stage);
  describeLists(stage);
  describeResults(stage);
  describeServers(stage);

  it("gives what the upstream refuses as an UpstreamError with its code and request id", async () => {
    stage.end.emulator.setFaults([{ fault: { kind: "error", code: "Throttling.User" } }]);
    const error = {
      name: "UpstreamError",
      code: "THROTTLED",
      upstreamCode: "Throttling.User",
      requestId: expect.any(String),
    };
    const operation = { ...stage.end.operation, deadline: stage.end.clock.elapsed() + 100 };
    await expect(stage.end.upstream.readInvocation("t-1", NOTHING, operation)).rejects.toMatchObject(error);
  });

  it("gives an answer that cannot be understood as a bad response", async () => {
    stage.end.emulator.setFaults([
      { fault: { kind: "answer", body: '{"RequestId":"R-9","Invocations":7,"CommandInvocations":7}' } },
    ]);
    const error = { name: "UpstreamError", code: "BAD_RESPONSE", requestId: "R-9", source: stage.end.source };
    await expect(stage.end.upstream.readInvocation("t-1", NOTHING, stage.end.operation)).rejects.toMatchObject(error);
  });
}
