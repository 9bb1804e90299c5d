import { describe, expect, it } from "@jest/globals";
import type { InvocationResult, ResultRef } from "#domain";
import { createOperation } from "../support/operation.ts";
import { createFixedSource, sourceAt } from "./support/fixed.ts";
import { createGateway, PLAIN } from "./support/gateway.ts";
import { createFailure, createItem, createRun, createWorldSource, type WorldSource } from "./support/world.ts";

const OUTPUT = { output: true, content: false };
const NO_OUTPUT = { output: false, content: false };

function refsOf(world: WorldSource): readonly ResultRef[] {
  return world.runs.flatMap((run) =>
    run.instances.map(({ instanceId }) => ({
      source: world.source,
      invokeId: run.invokeId,
      instanceId,
      execution: null,
    })),
  );
}

function textOf(answer: InvocationResult | Error | null | undefined): string {
  if (answer instanceof Error || !answer?.output) return String(answer);
  return new TextDecoder().decode(answer.output.bytes);
}

/** Two runs on fifty instances each. */
function createWideSource(): WorldSource {
  const source = sourceAt(0);
  return createWorldSource(source, {
    runs: ["t-1", "t-2"].map((invokeId) =>
      createRun({
        source,
        invokeId,
        creationTime: "2026-01-01T00:00:00.000Z",
        instances: Array.from({ length: 50 }, (_, serial) =>
          createItem({ source, invokeId, instanceId: `i-${serial}` }),
        ),
      }),
    ),
  });
}

describe("results", () => {
  it("of two runs on fifty instances each cost two calls, in key order", async () => {
    const world = createWideSource();
    const refs = [...refsOf(world)].reverse();
    const answers = await createGateway([world]).services.readResults(refs, OUTPUT, createOperation());
    expect(answers.map(textOf)).toEqual(refs.map((ref) => `${ref.invokeId} ${ref.instanceId} latest`));
    expect(world.calls).toEqual(["results t-2 50", "results t-1 50"]);
  });

  it("of rows are found at once when all of them are at hand, and only then", async () => {
    const world = createWideSource();
    const { services } = createGateway([world]);
    const [run, other] = world.runs;
    const rows = run?.instances ?? [];
    expect(services.findResults?.(rows, OUTPUT, createOperation())).toBeNull();
    await services.readResults(
      refsOf(world).filter(({ invokeId }) => invokeId === run?.invokeId),
      OUTPUT,
      createOperation(),
    );
    const found = services.findResults?.(rows, OUTPUT, createOperation());
    expect(found?.map(textOf)).toEqual(rows.map(({ instanceId }) => `t-1 ${instanceId} latest`));
    expect(services.findResults?.(rows, OUTPUT, createOperation())?.every((one, index) => one === found?.[index])).toBe(
      true,
    );
    expect(services.findResults?.([...rows, ...(other?.instances ?? [])], OUTPUT, createOperation())).toBeNull();
    expect(world.calls).toEqual(["results t-1 50"]);
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

  it("of the newest runs of one instance cost one call instead of one a run", async () => {
    const world = createFixedSource(0, 20, () => "i-only");
    const { services } = createGateway([world]);
    await services.pageInvocations({ first: 20 }, { instanceId: "i-only" }, PLAIN, createOperation());
    const answers = await services.readResults(refsOf(world), OUTPUT, createOperation());
    expect(answers.map(textOf)).toEqual(refsOf(world).map((ref) => `${ref.invokeId} i-only latest`));
    expect(world.calls).toEqual(["list 1/50", "instance-results i-only"]);
  });

  it("of runs whose age nobody has told are read run by run", async () => {
    const world = createFixedSource(0, 3, () => "i-only");
    await createGateway([world]).services.readResults(refsOf(world), OUTPUT, createOperation());
    expect(world.calls).toEqual(["results t-0-0000 1", "results t-0-0001 1", "results t-0-0002 1"]);
  });
});

describe("pages of results", () => {
  it("go through every run of an instance, with output for the rows of the page alone", async () => {
    const world = createFixedSource(0, 60, () => "i-only");
    const gateway = createGateway([world]);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const filter = { source: world.source, instanceId: "i-only" };
      const page = await gateway.services.pageResults(
        { first: 25, after },
        filter,
        { ...PLAIN, output: true },
        createOperation(),
      );
      seen.push(...page.edges.map(({ node }) => textOf(node)));
      after = page.hasNextPage ? page.endCursor() : null;
      await gateway.clock.advance(2_000);
    } while (after !== null);
    expect(seen).toEqual(world.runs.map((run) => `${run.invokeId} i-only latest`));
  });

  it("cut a run that is larger than a page, forwards and backwards", async () => {
    const world = createWideSource();
    const { services } = createGateway([world]);
    const filter = { source: world.source, commandId: "c-1" };
    const walk = async (direction: 1 | -1): Promise<readonly string[]> => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const args = direction > 0 ? { first: 30, after: cursor } : { last: 30, before: cursor };
        const page = await services.pageResults(args, filter, PLAIN, createOperation());
        const ids = page.edges.map(({ node }) => `${node.invokeId} ${node.instanceId}`);
        seen.push(...(direction > 0 ? ids : ids.reverse()));
        const hasMore = direction > 0 ? page.hasNextPage : page.hasPreviousPage;
        cursor = hasMore ? (direction > 0 ? page.endCursor() : page.startCursor()) : null;
      } while (cursor !== null);
      return seen;
    };
    const expected = refsOf(world)
      .map((ref) => `${ref.invokeId} ${ref.instanceId}`)
      .sort();
    expect(await walk(1)).toEqual(expected);
    expect([...(await walk(-1))].reverse()).toEqual(expected);
  });

  it("hold every execution where the history is wanted, the newest first", async () => {
    const world = createFixedSource(0, 1);
    const filter = { source: world.source, invokeId: "t-0-0000", includeHistory: true };
    const page = await createGateway([world]).services.pageResults({ first: 2 }, filter, PLAIN, createOperation());
    expect(page.edges.map(({ node }) => node.execution)).toEqual(["2", "1"]);
    expect(page.hasNextPage).toBe(true);
  });

  it.each([
    [{}, "filter"],
    [{ instanceId: "i-1", includeHistory: true }, "filter"],
  ])("refuse %j before any call", async (filter, argument) => {
    const world = createFixedSource(0, 1);
    const reading = createGateway([world]).services.pageResults(
      {},
      { source: world.source, ...filter },
      PLAIN,
      createOperation(),
    );
    await expect(reading).rejects.toMatchObject({ code: "BAD_USER_INPUT", argument });
    expect(world.calls).toEqual([]);
  });
});

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
    const answers = await createGateway([world], { cacheBytes: 0 }).services.readInstances(refs, createOperation());
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
