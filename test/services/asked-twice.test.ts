import { describe, expect, it } from "@jest/globals";
import { silentTelemetry } from "#domain";
import { createLoaders } from "#loaders";
import { createOperation } from "../support/operation.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway } from "./support/gateway.ts";

const BARE = { output: false, content: false };
const OUTPUT = { output: true, content: false };

function createScene() {
  const world = createFixedSource(0, 1);
  const { services } = createGateway([world]);
  const run = { source: world.source, invokeId: "t-0-0000" };
  const open = () => createLoaders(services, silentTelemetry, createOperation());
  return { world, services, open, run, result: { ...run, instanceId: "i-0", execution: null } };
}

describe("what one operation asks for twice, once with output", () => {
  it("is read once as a run", async () => {
    const { world, open, run } = createScene();
    const { invocations } = open();
    const answers = await Promise.all([BARE, OUTPUT].map((projection) => invocations.load({ ...run, projection })));
    expect([answers, world.calls]).toEqual([[world.runs[0], world.runs[0]], ["run t-0-0000"]]);
  });

  it("is read once as a result", async () => {
    const { world, open, result } = createScene();
    const { results } = open();
    const answers = await results.loadMany([BARE, OUTPUT].map((projection) => ({ ...result, projection })));
    expect(answers.map((one) => (one instanceof Error ? one : one?.output?.bytes.byteLength))).toEqual([19, 19]);
    expect(world.calls).toEqual(["results t-0-0000 1"]);
  });

  it("is read once as a history", async () => {
    const { world, open, result } = createScene();
    const { histories } = open();
    const answers = await histories.loadMany([BARE, OUTPUT].map((projection) => ({ ...result, projection })));
    expect(answers.map((one) => (one instanceof Error ? one : one?.all.length))).toEqual([3, 3]);
    expect(world.calls).toEqual(["results t-0-0000 history 1"]);
  });

  it("is there without output where that is at hand and the output cannot be read", async () => {
    const { world, services, open, result } = createScene();
    await services.readResults([result], BARE, createOperation());
    world.fails = () => "UNREACHABLE";
    const { results } = open();
    const [bare, full] = await results.loadMany([BARE, OUTPUT].map((projection) => ({ ...result, projection })));
    expect(bare).toMatchObject({ instanceId: "i-0", status: "SUCCESS" });
    expect(full).toMatchObject({ code: "UNREACHABLE" });
    expect(world.calls).toHaveLength(2);
  });
});
