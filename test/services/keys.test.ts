import { describe, expect, it } from "@jest/globals";
import type { AgentState } from "#domain";
import { createOperation } from "../support/operation.ts";
import { sourceAt } from "./support/fixed.ts";
import { createGateway } from "./support/gateway.ts";
import { createItem, createRun } from "./support/records.ts";
import { createWorldSource } from "./support/world.ts";

const SOURCE = sourceAt(0);
const NO_OUTPUT = { output: false, content: false };

describe("ids that hold what parts keys", () => {
  it("share no call for agents with the ids that they look like", async () => {
    const asked: (readonly string[])[] = [];
    const readAgentStates = async (instanceIds: readonly string[]) => {
      asked.push(instanceIds);
      return instanceIds.map((instanceId) => ({ source: SOURCE, instanceId }) as AgentState);
    };
    const world = createWorldSource(SOURCE);
    const { services } = createGateway([{ ...world, upstream: { ...world.upstream, readAgentStates } }]);
    const read = (...ids: readonly string[]) =>
      services.readAgentStates(
        ids.map((instanceId) => ({ source: SOURCE, instanceId })),
        createOperation(),
      );
    const answers = await Promise.all([read("i-1,i-2"), read("i-1", "i-2")]);
    expect(answers.map((some) => some.map((one) => (one instanceof Error ? one : one?.instanceId)))).toEqual([
      ["i-1,i-2"],
      ["i-1", "i-2"],
    ]);
    expect(asked).toEqual([["i-1,i-2"], ["i-1", "i-2"]]);
  });

  it("have results of their own, read and kept", async () => {
    const pairs = [
      ["t/1", "2"],
      ["t", "1/2"],
    ] as const;
    const runs = pairs.map(([invokeId, instanceId], exitCode) => {
      const instances = [createItem({ source: SOURCE, invokeId, instanceId, exitCode })];
      return createRun({ source: SOURCE, invokeId, creationTime: "2026-01-01T00:00:00.000Z", instances });
    });
    const world = createWorldSource(SOURCE, { runs });
    const { services } = createGateway([world]);
    const refs = pairs.map(([invokeId, instanceId]) => ({ source: SOURCE, invokeId, instanceId, execution: null }));
    for (let time = 0; time < 2; time += 1) {
      const answers = await services.readResults(refs, NO_OUTPUT, createOperation());
      expect(answers.map((one) => (one instanceof Error ? one : one?.exitCode))).toEqual([0, 1]);
    }
    expect(world.calls).toEqual(["results t/1 1", "results t 1"]);
  });

  it("have a latest result that is not the one of an empty execution", async () => {
    const runs = [createRun({ source: SOURCE, invokeId: "t-1", creationTime: "2026-01-01T00:00:00.000Z" })].map(
      (run) => ({ ...run, instances: [createItem({ source: SOURCE, invokeId: "t-1", instanceId: "i-1" })] }),
    );
    const { services } = createGateway([createWorldSource(SOURCE, { runs })]);
    const refs = [null, ""].map((execution) => ({ source: SOURCE, invokeId: "t-1", instanceId: "i-1", execution }));
    const answers = await services.readResults(refs, NO_OUTPUT, createOperation());
    expect(answers[1]).toBeNull();
    expect(answers[0]).toMatchObject({ invokeId: "t-1", status: "SUCCESS" });
  });
});
