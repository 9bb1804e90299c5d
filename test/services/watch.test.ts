import { describe, expect, it } from "@jest/globals";

import type { Invocation, Operation } from "#domain";
import type { ResultQuery } from "#upstreams";
import { createExecution } from "../support/execution.ts";
import { createOperation } from "../support/operation.ts";
import { createItem } from "./support/records.ts";
import {
  BARE,
  createFailure,
  createScene,
  done,
  printed,
  REF,
  read,
  running,
  SOURCE,
  WITH_OUTPUT,
} from "./watch-scene.ts";

describe("a watched run", () => {
  it("is told as it is, then as it changes, until it is final", async () => {
    const { services, pass, times } = createScene([running("a"), running("a"), running("ab"), done("abc")]);
    const { told } = read(services, WITH_OUTPUT);
    await pass(60_000);
    expect(told).toEqual(["RUNNING a", "RUNNING ab", "SUCCESS abc", "end"]);
    expect(times()).toEqual([0, 1_000, 3_000, 4_000]);
  });

  it("is asked for more and more seldom while nothing changes, up to the longest interval", async () => {
    const { services, pass, times } = createScene([running()]);
    const { told } = read(services);
    await pass(40_000);
    expect(times()).toEqual([0, 1_000, 3_000, 7_000, 15_000, 25_000, 35_000]);
    expect(told).toEqual(["RUNNING"]);
  });

  it("is asked for once however many watch it", async () => {
    const { services, pass, times } = createScene([running("a"), running("b"), done("c")]);
    const readers = [1, 2, 3].map(() => read(services, WITH_OUTPUT));
    await pass(10_000);
    for (const { told } of readers) expect(told).toEqual(["RUNNING a", "RUNNING b", "SUCCESS c", "end"]);
    expect(times()).toEqual([0, 1_000, 2_000]);
  });

  it("is news by its output only to who wants it", async () => {
    const { services, pass, looks } = createScene([running("a"), running("b"), done("c")]);
    const [plain, full] = [read(services), read(services, WITH_OUTPUT)];
    await pass(10_000);
    expect(looks.map(({ atMs }) => atMs)).toEqual([0, 1_000, 2_000]);
    expect([plain.told.length, full.told]).toEqual([3, ["RUNNING a", "RUNNING b", "SUCCESS c", "end"]]);
  });

  it("is told to who comes later at once where it was just looked at, else after a look of its own", async () => {
    const { services, pass, times } = createScene([running()]);
    read(services);
    await pass(500);
    const soon = read(services);
    await pass(0);
    expect([soon.told, times()]).toEqual([["RUNNING"], [0]]);
    await pass(4_500);
    const later = read(services);
    await pass(0);
    expect([later.told, times()]).toEqual([["RUNNING"], [0, 1_000, 3_000, 5_000]]);
  });

  it("is told in its newest state to who reads slowly", async () => {
    const { services, pass } = createScene([running("a"), running("b"), running("c"), done("d")]);
    const values = services.watchInvocation(REF, WITH_OUTPUT, createOperation());
    await pass(10_000);
    const first = await values.next();
    expect([first.value?.instances[0]?.output, (await values.next()).done]).toEqual([printed("d"), true]);
  });

  it("costs nothing where it is known to be final", async () => {
    const { services, pass, looks } = createScene([done()]);
    await services.readInvocations([REF], BARE, createOperation());
    const { told } = read(services);
    await pass(0);
    expect([told, looks.length]).toEqual([["SUCCESS", "end"], 1]);
  });

  it("is completed by its results where its own record tells less than is wanted", async () => {
    const queries: ResultQuery[] = [];
    const bare = { ...createItem({ ...REF, instanceId: "i-1", output: undefined }), isComplete: false };
    const { services, pass } = createScene([{ ...done(), instances: [bare] }], {
      async readResults(query) {
        queries.push(query);
        return [{ ...createExecution({ ...REF, instanceId: "i-1", output: printed("ok") }), execution: null }];
      },
    });
    const [plain, full] = [read(services), read(services, { ...WITH_OUTPUT, details: true })];
    await pass(0);
    expect([plain.told, full.told]).toEqual([
      ["SUCCESS", "end"],
      ["SUCCESS ok", "end"],
    ]);
    expect(queries).toEqual([{ invokeId: "t-1", instanceIds: ["i-1"], includeHistory: false }]);
  });

  it("is not told to go on where all its executions ended, as they may between the two calls of a look", async () => {
    const bare = (run: Invocation) => ({
      ...run,
      instances: run.instances.map((one) => ({ ...one, output: undefined, exitCode: null, isComplete: false })),
    });
    const { services, pass, looks } = createScene([bare(running()), bare(done())], {
      async readResults() {
        return [{ ...createExecution({ ...REF, instanceId: "i-1", output: printed("ok") }), execution: null }];
      },
    });
    const { told } = read(services, { ...WITH_OUTPUT, details: true });
    await pass(0);
    expect(told).toEqual(["SUCCESS ok", "end"]);
    expect(looks).toHaveLength(1);
  });

  it("is told to go on where the upstream says so after all its executions ended, and asked once a look", async () => {
    const { services, pass, times } = createScene([{ ...running(), instances: done().instances }]);
    const { told } = read(services);
    await pass(0);
    await pass(1_000);
    expect(told).toEqual(["RUNNING"]);
    expect(times()).toEqual([0, 1_000]);
  });

  it("is completed by no result again that is final already", async () => {
    const asked: (readonly string[] | undefined)[] = [];
    const bare = ["i-1", "i-2"].map((instanceId) => {
      return {
        ...createItem({ ...REF, instanceId, status: "RUNNING" as const, output: undefined }),
        isComplete: false,
      };
    });
    const { services, pass } = createScene(
      [
        { ...running(), instances: bare },
        { ...done(), instances: bare },
      ],
      {
        async readResults({ instanceIds }) {
          asked.push(instanceIds);
          return (instanceIds ?? []).map((instanceId) => {
            const status = instanceId === "i-2" && asked.length < 3 ? "RUNNING" : "SUCCESS";
            return { ...createExecution({ ...REF, instanceId, status, output: printed("ok") }), execution: null };
          });
        },
      },
    );
    const { told } = read(services, { ...WITH_OUTPUT, details: true });
    await pass(60_000);
    expect(told.at(-1)).toBe("end");
    // The run is over, and one of its outputs is still to come.
    expect(asked).toEqual([["i-1", "i-2"], ["i-2"], ["i-2"]]);
  });

  it("is told execution by execution where it is repeated and its own record tells less than is wanted", async () => {
    const bare = { ...createItem({ ...REF, instanceId: "i-1", output: undefined }), isComplete: false };
    let repeats = 0;
    const { services, pass } = createScene(
      [{ ...running(), timed: true, repeatMode: "Period", instances: [{ ...bare, status: "SCHEDULED" }] }],
      {
        async readResults() {
          repeats += 1;
          const output = printed(`execution ${repeats}`);
          return [{ ...createExecution({ ...REF, instanceId: "i-1", repeats, output }), execution: null }];
        },
      },
    );
    const { told } = read(services, { ...WITH_OUTPUT, details: true });
    await pass(2_500);
    expect(told).toEqual(["RUNNING execution 1", "RUNNING execution 2", "RUNNING execution 3"]);
  });
});

describe("a watched run that cannot be read", () => {
  const throttled = createFailure("THROTTLED", 5_000);

  it("is asked for again later where that may help, as late as the upstream says", async () => {
    const late = createFailure("TIMEOUT");
    const { services, pass, times } = createScene([late, throttled, running(), late, done()]);
    const { told } = read(services);
    await pass(60_000);
    expect(told).toEqual(["RUNNING", "SUCCESS", "end"]);
    expect(times()).toEqual([0, 1_000, 6_000, 7_000, 9_000]);
  });

  it("ends for all with the error where it does not", async () => {
    const { services, pass, times } = createScene([running(), createFailure("FORBIDDEN")]);
    const readers = [read(services), read(services)];
    await pass(60_000);
    for (const { told } of readers) expect(told).toEqual(["RUNNING", "FORBIDDEN"]);
    expect(times()).toEqual([0, 1_000]);
  });

  it("is waited for if nobody has seen it yet, and NOT_FOUND only after 15 s", async () => {
    const { services, pass } = createScene([null]);
    const { told } = read(services);
    await pass(14_000);
    expect(told).toEqual([]);
    await pass(10_000);
    expect(told).toEqual(["NOT_FOUND"]);
  });

  it("is told once it appears within 15 s", async () => {
    const { services, pass } = createScene([null, null, running(), done()]);
    const { told } = read(services);
    await pass(20_000);
    expect(told).toEqual(["RUNNING", "SUCCESS", "end"]);
  });

  it("is NOT_FOUND only after three looks without it if it was seen", async () => {
    const { services, pass, looks } = createScene([running(), null]);
    const { told } = read(services);
    await pass(60_000);
    expect([told, looks.length]).toEqual([["RUNNING", "NOT_FOUND"], 4]);
  });

  it("goes on if it is away for two looks only", async () => {
    const { services, pass } = createScene([running(), null, null, done()]);
    const { told } = read(services);
    await pass(60_000);
    expect(told).toEqual(["RUNNING", "SUCCESS", "end"]);
  });

  it("ends where one look would cost too much", async () => {
    const spend = async (_id: string, _wants: unknown, { meter }: Operation) => {
      for (let call = 0; call < 3; call += 1) meter.spend(SOURCE, "DescribeInvocationResult");
      return running();
    };
    const { services, pass } = createScene([], { readInvocation: spend, pollCallBudget: 2 });
    const { told } = read(services);
    await pass(0);
    expect(told).toEqual(["COST_LIMIT_EXCEEDED"]);
  });

  it("has its turns with all other looks, as one client", async () => {
    const clients: unknown[] = [];
    const note = async (_id: string, _wants: unknown, { meter }: Operation) => {
      clients.push(meter.client);
      return done();
    };
    for (let watched = 0; watched < 2; watched += 1) {
      const { services, pass } = createScene([], { readInvocation: note });
      read(services);
      await pass(0);
    }
    expect(clients).toEqual(["watches", "watches"]);
  });
});
