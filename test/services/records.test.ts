import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { NO_OUTPUT } from "./result-scene.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway } from "./support/gateway.ts";

describe("single records", () => {
  it("of servers are read a hundred at a time; unknown ones are null", async () => {
    const world = createFixedSource(0, 0);
    const refs = Array.from({ length: 150 }, (_, serial) => ({
      source: world.source,
      instanceId: serial === 7 ? "gone-7" : `i-${serial}`,
    }));
    const answers = await createGateway([world]).services.readInstances(refs, createOperation());
    expect(answers.map((one) => (one instanceof Error ? one : (one?.instanceId ?? null)))).toEqual(
      refs.map((ref) => (ref.instanceId === "gone-7" ? null : ref.instanceId)),
    );
    expect(world.calls).toEqual(["instances 100", "instances 50"]);
  });

  it("of servers are found where there is no room to keep them", async () => {
    const world = createFixedSource(0, 0);
    const refs = [{ source: world.source, instanceId: "i-1" }];
    const answers = await createGateway([world], { bytesMax: 0 }).services.readInstances(refs, createOperation());
    expect(answers).toMatchObject([{ instanceId: "i-1" }]);
  });

  it("of runs are read once and are null where they are gone", async () => {
    const world = createFixedSource(0, 1);
    const { services } = createGateway([world]);
    const refs = ["t-0-0000", "t-gone"].map((invokeId) => ({ source: world.source, invokeId }));
    for (let time = 0; time < 2; time += 1) {
      const answers = await services.readInvocations(refs, NO_OUTPUT, createOperation());
      expect(answers).toEqual([world.runs[0], null]);
    }
    expect(world.calls).toEqual(["run t-0-0000", "run t-gone"]);
  });
});
