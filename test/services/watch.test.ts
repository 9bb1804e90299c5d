import { describe, expect, it } from "@jest/globals";

import { type Invocation, type Operation, silentTelemetry, UpstreamError, type UpstreamFailure } from "#domain";
import { createSealer, createServices, type Services, type WatchOptions, type WatchWants } from "#services";
import type { ResultQuery, Upstream } from "#upstreams";
import { createFakeClock } from "../support/clock.ts";
import { createExecution } from "../support/execution.ts";
import { createOperation } from "../support/operation.ts";
import { sourceAt } from "./support/fixed.ts";
import { createItem, createRun } from "./support/world.ts";

const SOURCE = sourceAt(0);
const REF = { source: SOURCE, invokeId: "t-1" };
const BARE: WatchWants = { output: false, content: false, details: false };
const WITH_OUTPUT: WatchWants = { ...BARE, output: true };

const printed = (text: string) => ({ bytes: Buffer.from(text), droppedBytes: 0 });

/** The run with one instance in a state. */
function running(text = "", status: "RUNNING" | "SUCCESS" = "RUNNING"): Invocation {
  const instances = [createItem({ ...REF, instanceId: "i-1", status, output: printed(text) })];
  return createRun({ ...REF, creationTime: "2026-01-02T03:04:05.000Z", status, instances });
}

const done = (text = "") => running(text, "SUCCESS");

function createFailure(code: UpstreamFailure["code"], retryAfterMs: number | null = null): UpstreamError {
  const told = { code, message: "No.", source: SOURCE, action: "DescribeInvocations" };
  const retryable = code !== "FORBIDDEN";
  return new UpstreamError({ ...told, upstreamCode: null, httpStatus: null, requestId: null, retryable, retryAfterMs });
}

type Answer = Invocation | null | UpstreamError;

/** Services over one run that answers one of these a look, the last one again and again, with the times of the looks. */
function createScene(answers: readonly Answer[], options: Partial<WatchOptions> & Partial<Upstream> = {}) {
  const clock = createFakeClock();
  const start = clock.now();
  const looks: { atMs: number; output: boolean }[] = [];
  const operations: Operation[] = [];
  const upstream = {
    source: SOURCE,
    async readInvocation(_invokeId, wants, operation) {
      const answer = answers[Math.min(looks.length, answers.length - 1)] ?? null;
      looks.push({ atMs: clock.now() - start, output: wants.output });
      operations.push(operation);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    ...options,
  } as Upstream;
  const services = createServices({
    upstreams: [upstream],
    sealer: createSealer({ keys: ["a key of the tests"] }),
    clock,
    telemetry: silentTelemetry,
    watch: options,
  });
  /** Lets what can happen now happen, and then time pass. */
  const pass = async (ms: number) => {
    await clock.advance(0);
    await clock.advance(ms);
  };
  return { services, pass, looks, operations, times: () => looks.map(({ atMs }) => atMs) };
}

/** What a reader got so far, each state by its status and output, and how it ended. */
function read(services: Services, wants: WatchWants = BARE, operation: Operation = createOperation()) {
  const told: string[] = [];
  const values = services.watchInvocation(REF, wants, operation);
  const ended = (async () => {
    try {
      for await (const run of values) {
        const [one] = run.instances;
        told.push(`${run.status} ${Buffer.from(one?.output?.bytes ?? []).toString()}`.trim());
      }
      told.push("end");
    } catch (error) {
      told.push(`${(error as UpstreamError).code}`);
    }
  })();
  return { told, values, ended };
}

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

  it("is news by its output only to who wants it, and read with output only where somebody does", async () => {
    const { services, pass, looks } = createScene([running("a"), running("b"), done("c")]);
    const plain = read(services);
    await pass(0);
    const full = read(services, WITH_OUTPUT);
    await pass(10_000);
    expect(looks).toEqual([
      { atMs: 0, output: false },
      { atMs: 0, output: true },
      { atMs: 1_000, output: true },
    ]);
    expect(plain.told).toEqual(["RUNNING a", "SUCCESS c", "end"]);
    expect(full.told).toEqual(["RUNNING b", "SUCCESS c", "end"]);
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

  it("is NOT_FOUND where it is gone, from the start or in between", async () => {
    const never = createScene([null]);
    const before = read(never.services);
    await never.pass(0);
    expect([before.told, never.times()]).toEqual([["NOT_FOUND"], [0]]);

    const { services, pass } = createScene([running(), null]);
    const { told } = read(services);
    await pass(1_000);
    expect(told).toEqual(["RUNNING", "NOT_FOUND"]);
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
});

describe("who watches", () => {
  it("ends the looks by leaving last", async () => {
    const { services, pass, times, operations } = createScene([running()]);
    const leaving = new AbortController();
    const [one, other] = [read(services), read(services, BARE, createOperation({ signal: leaving.signal }))];
    await pass(0);
    await one.values.return?.();
    await pass(1_000);
    leaving.abort();
    await pass(60_000);
    expect([one.told, other.told, times()]).toEqual([
      ["RUNNING", "end"],
      ["RUNNING", "end"],
      [0, 1_000],
    ]);
    expect(operations.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it("begins anew after all had left", async () => {
    const { services, pass, times } = createScene([running(), done()]);
    const first = read(services);
    await pass(0);
    await first.values.return?.();
    const second = read(services);
    await pass(0);
    expect([second.told, times()]).toEqual([
      ["SUCCESS", "end"],
      [0, 0],
    ]);
  });

  it("is refused where too many watch already, until somebody leaves", async () => {
    const { services, pass } = createScene([running()], { maxWatchers: 2 });
    const [first] = [read(services), read(services)];
    await pass(0);
    expect(() => services.watchInvocation(REF, BARE, createOperation())).toThrow(
      expect.objectContaining({ code: "LIMIT_EXCEEDED", met: { limit: "watchers", max: 2 } }),
    );
    await first?.values.return?.();
    const third = read(services);
    await pass(0);
    expect(third.told).toEqual(["RUNNING"]);
  });
});
