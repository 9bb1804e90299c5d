import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createWideSource, NO_OUTPUT, OUTPUT, refsOf, textOf } from "./result-scene.ts";
import { createFixedSource } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import { createFailure } from "./support/records.ts";

describe("results", () => {
  it("of two runs on fifty instances each cost two calls, in key order", async () => {
    const world = createWideSource();
    const refs = [...refsOf(world)].reverse();
    const answers = await createGateway([world]).services.readResults(refs, OUTPUT, createOperation());
    expect(answers.map(textOf)).toEqual(refs.map((ref) => `${ref.invokeId} ${ref.instanceId} latest`));
    expect(world.calls).toEqual(["results t-2 50", "results t-1 50"]);
  });

  it("that a list has just told in full cost nothing, as long as no output is wanted", async () => {
    const world = createFixedSource(0, 10);
    const { services } = createGateway([world]);
    await services.pageInvocations({ first: 10 }, {}, PLAIN, createOperation());
    const answers = await services.readResults(refsOf(world), NO_OUTPUT, createOperation());
    expect(answers.map((one) => (one instanceof Error ? one : one?.status))).toEqual(
      refsOf(world).map(() => "SUCCESS"),
    );
    expect(world.calls).toEqual(["list 1/50"]);
  });

  it("that are final are kept; what moves is read again after a moment", async () => {
    const world = createFixedSource(0, 2);
    world.runs = world.runs.map((run, serial) =>
      serial === 0
        ? { ...run, status: "RUNNING", instances: run.instances.map((one) => ({ ...one, status: "RUNNING" as const })) }
        : run,
    );
    const gateway = createGateway([world]);
    for (let time = 0; time < 3; time += 1) {
      await gateway.services.readResults(refsOf(world), OUTPUT, createOperation());
      await gateway.clock.advance(5_000);
    }
    expect(world.calls).toEqual([
      "results t-0-0000 1",
      "results t-0-0001 1",
      "results t-0-0000 1",
      "results t-0-0000 1",
    ]);
  });

  it("kept without output do not serve one with output", async () => {
    const world = createFixedSource(0, 1);
    const { services } = createGateway([world]);
    await services.readResults(refsOf(world), NO_OUTPUT, createOperation());
    const [answer] = await services.readResults(refsOf(world), OUTPUT, createOperation());
    expect(textOf(answer)).toBe("t-0-0000 i-0 latest");
    expect(world.calls).toHaveLength(2);
  });

  it("that are final are served while their source is down", async () => {
    const world = createFixedSource(0, 1);
    const gateway = createGateway([world]);
    await gateway.services.readResults(refsOf(world), OUTPUT, createOperation());
    await gateway.clock.advance(60_000);
    world.fails = () => "UNREACHABLE";
    const [answer] = await gateway.services.readResults(refsOf(world), OUTPUT, createOperation());
    expect(textOf(answer)).toBe("t-0-0000 i-0 latest");
  });

  it("of a run that cannot be read are its error; the others are there", async () => {
    const world = createFixedSource(0, 2);
    world.fails = (call) => (call === 1 ? "THROTTLED" : null);
    const answers = await createGateway([world]).services.readResults(refsOf(world), OUTPUT, createOperation());
    expect(answers[0]).toEqual(createFailure(world.source, "THROTTLED"));
    expect(textOf(answers[1])).toBe("t-0-0001 i-1 latest");
  });

  it("that do not exist are null", async () => {
    const world = createFixedSource(0, 1);
    const refs = [{ source: world.source, invokeId: "t-gone", instanceId: "i-0", execution: null }];
    expect(await createGateway([world]).services.readResults(refs, OUTPUT, createOperation())).toEqual([null]);
  });

  it("of one execution come out of the history", async () => {
    const world = createFixedSource(0, 1);
    const refs = [{ source: world.source, invokeId: "t-0-0000", instanceId: "i-0", execution: "1" }];
    const [answer] = await createGateway([world]).services.readResults(refs, OUTPUT, createOperation());
    expect(textOf(answer)).toBe("t-0-0000 i-0 1");
    expect(world.calls).toEqual(["results t-0-0000 history 1"]);
  });

  it("of runs whose age nobody has told are read run by run", async () => {
    const world = createFixedSource(0, 3, () => "i-only");
    await createGateway([world]).services.readResults(refsOf(world), OUTPUT, createOperation());
    expect(world.calls).toEqual(["results t-0-0000 1", "results t-0-0001 1", "results t-0-0002 1"]);
  });
});
