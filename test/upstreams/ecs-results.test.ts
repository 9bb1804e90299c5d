import { afterEach, describe, expect, it } from "@jest/globals";
import { PartialResultsError } from "#upstreams";
import type { DriftOptions } from "../support/emulator/index.ts";
import { type RunningUpstream, startUpstream } from "./running-upstream.ts";
import { createBench, EVERYTHING, NOTHING, refusal } from "./stub.ts";

const id = (number: number) => `i-bp1test${String(number).padStart(4, "0")}`;
const ids = (count: number) => Array.from({ length: count }, (_, index) => id(index + 1));

// The last member counts the calls that find out.
const MODES: readonly (readonly [string, DriftOptions, number])[] = [
  ["by tokens", {}, 0],
  ["by tokens, page numbers being refused", { pages: "refused" }, 1],
  ["in pages", { pages: "only" }, 0],
];
const DEAD_TOKEN = "InvalidParameter.NextToken";

describe("ECS results over real HTTP", () => {
  let end: RunningUpstream;
  afterEach(() => end.close());

  async function readAll(query: { instanceIds?: readonly string[]; includeHistory?: boolean } = {}) {
    const results = await end.upstream.readResults(
      { invokeId: "t-1", includeHistory: false, ...query },
      EVERYTHING,
      end.operation,
    );
    return { results, ids: results.map(({ instanceId }) => instanceId), calls: end.takeCalls().length };
  }

  it.each(MODES)("of 130 instances take three calls, read %s", async (_name, drift, extra) => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(130) }] }, { drift });
    const { ids: found, calls } = await readAll();
    expect([found, calls]).toEqual([ids(130), 3 + extra]);
  });

  it.each(MODES)("of 130 instances are whole where short pages have tokens, read %s", async (_name, drift) => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(130) }] });
    end.emulator.setDrift({ ...drift, shortPages: 0.5, seed: 4 });
    const { ids: found } = await readAll();
    expect(found).toEqual(ids(130));
  });

  it("of 300 instances are whole where a token dies", async () => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(300) }] });
    end.emulator.setFaults([
      { action: "DescribeInvocationResults", nth: 3, fault: { kind: "error", code: DEAD_TOKEN } },
    ]);
    const { ids: found, calls } = await readAll();
    expect([found, calls]).toEqual([ids(300), 6]);
  });

  it("of 50 named instances take one page", async () => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(50) }] });
    const { ids: found, calls } = await readAll({ instanceIds: ids(50) });
    expect([found, calls]).toEqual([ids(50), 1]);
  });

  it("of 100 named instances take two pages", async () => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(100) }] });
    const { ids: found, calls } = await readAll({ instanceIds: ids(100) });
    expect([found, calls]).toEqual([ids(100), 2]);
  });

  it("stop where every named instance is found", async () => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(300) }] });
    const { ids: found, calls } = await readAll({ instanceIds: ids(10) });
    expect([found, calls]).toEqual([ids(50), 1]);
  });

  it("of one instance are asked for by its id", async () => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(300) }] });
    await end.upstream.readResults(
      { invokeId: "t-1", instanceIds: [id(299)], includeHistory: false },
      EVERYTHING,
      end.operation,
    );
    expect(end.takeCalls()).toEqual([
      `DescribeInvocationResults ContentEncoding=Base64 InstanceId=${id(299)} InvokeId=t-1 MaxResults=50 PageNumber=1 PageSize=50`,
    ]);
  });

  it.each<readonly [string, object]>([
    ["cut to 20 without a word", { clampPageSizeTo: 20 }],
    ["refused above 20", { refusePageSizeAbove: 20 }],
    ["refused above 10", { refusePageSizeAbove: 10 }],
    ["counted wrongly, too few", { totalCountError: -100 }],
    ["counted wrongly, too many", { totalCountError: 40 }],
    ["shuffled at every call", { shuffleTies: true, seed: 3 }],
  ])("are whole where pages are %s", async (_name, drift) => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: ids(90) }] });
    end.emulator.setDrift({ ...drift, pages: "only" });
    const { ids: found } = await readAll();
    expect([...found].sort()).toEqual(ids(90));
  });

  it("of a timed run give every execution, each under the same key whenever it is read", async () => {
    const history = Array.from({ length: 70 }, (_, index) => ({
      startTime: Date.UTC(2026, 0, 1, 20, 0, 0) - index * 600_000,
      exitCode: index % 7 === 0 ? 1 : 0,
      repeats: 70 - index,
      output: `run ${70 - index}\n`,
    }));
    const running = { instanceId: id(1), status: "Running", startTime: "2026-01-02T03:00:00Z", repeats: 71, history };
    end = await startUpstream("ECS", {
      invocations: [{ invokeId: "t-1", frequency: "0 */10 * * * *", instances: [running, id(2)] }],
    });
    const before = await readAll({ includeHistory: true });
    end.emulator.world.updateRecord("ecs", "cn-hangzhou", "t-1", id(1), {
      status: "Success",
      startTime: "2026-01-02T03:00:00Z",
      finishTime: "2026-01-02T03:00:09Z",
    });
    const after = await readAll({ includeHistory: true, instanceIds: [id(1)] });
    const ofFirst = before.results.filter(({ instanceId }) => instanceId === id(1));
    const keys = (results: readonly { execution: string | null }[]) => results.map(({ execution }) => execution);
    expect([before.results.length, ofFirst.length]).toEqual([72, 71]);
    expect(keys(after.results)).toEqual(keys(ofFirst));
    expect(ofFirst[0]).toMatchObject({ status: "RUNNING", execution: `s${Date.UTC(2026, 0, 2, 3)}` });
    expect(ofFirst[1]).toMatchObject({ repeats: 70, status: "FAILED", exitCode: 1 });
    expect(new Set(keys(ofFirst)).size).toBe(71);
  });

  it("of a run that is not repeated are its history, which the upstream refuses to tell", async () => {
    end = await startUpstream("ECS", { invocations: [{ invokeId: "t-1", instances: [id(1)] }] });
    const { results } = await readAll({ includeHistory: true });
    expect(results.map(({ execution }) => execution)).toEqual([`s${Date.parse("2026-01-02T03:00:01Z")}`]);
  });
});

describe("ECS results from an upstream that misbehaves", () => {
  const page = (from: number, count: number, total: number | null) => ({
    Invocation: {
      ...(total === null ? {} : { TotalCount: total }),
      InvocationResults: {
        InvocationResult: Array.from({ length: count }, (_, index) => ({ InstanceId: id(from + index), ExitCode: 0 })),
      },
    },
  });
  const query = { invokeId: "t-1", includeHistory: false };

  it("end where a page repeats what is known already", async () => {
    const bench = createBench("ECS", () => page(1, 50, null));
    const results = await bench.upstream.readResults(query, NOTHING, bench.operation);
    expect(results).toHaveLength(50);
    expect(bench.asked.length).toBeLessThanOrEqual(6);
  });

  it("are told as a part where pages repeat some and never show as many as the list tells of", async () => {
    const bench = createBench("ECS", (_action, { PageNumber }) => {
      const pages = [page(1, 50, 60), page(46, 8, 60)];
      return pages[Number(PageNumber) - 1] ?? page(1, 0, 60);
    });
    const reading = bench.upstream.readResults({ ...query, includeHistory: true }, NOTHING, bench.operation);
    const error = await reading.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining("tells of 60 results and shows 53") });
    expect(error instanceof PartialResultsError && error.results.length).toBe(53);
  });

  it("give up on a list that does not end", async () => {
    let next = 1;
    const bench = createBench("ECS", () => {
      next += 50;
      return page(next, 50, null);
    });
    await expect(bench.upstream.readResults(query, NOTHING, bench.operation)).rejects.toMatchObject({
      code: "BAD_RESPONSE",
      action: "DescribeInvocationResults",
    });
    expect(bench.asked.length).toBeLessThanOrEqual(200);
  });

  it("are none where the run is gone by an error", async () => {
    const bench = createBench("ECS", (action) => {
      throw refusal("NOT_FOUND", `Invalid${action === "DescribeInstances" ? "Instance" : "Invoke"}Id.NotFound`, 404);
    });
    expect([
      await bench.upstream.readResults(query, NOTHING, bench.operation),
      await bench.upstream.readInvocation("t-1", NOTHING, bench.operation),
      await bench.upstream.readInstances(["i-1"], bench.operation),
    ]).toEqual([[], null, []]);
  });

  it.each([
    ["NOT_SUPPORTED", "InvalidApi.NotFound"],
    ["NOT_FOUND", "InvalidCommandId.NotFound"],
  ] as const)("are an error where something else is unknown: %s %s", async (code, upstreamCode) => {
    const bench = createBench("ECS", () => {
      throw refusal(code, upstreamCode, 404);
    });
    await expect(bench.upstream.readResults(query, NOTHING, bench.operation)).rejects.toMatchObject({ upstreamCode });
  });

  it("are read once where each answer in tokens tells the first page's number and a length", async () => {
    const names = Array.from({ length: 15 }, (_, index) => `i-${index}`);
    const bench = createBench("ECS", (_action, { NextToken }) => {
      const from = NextToken === undefined ? 0 : Number(String(NextToken).slice(6));
      const InvocationResult = names.slice(from, from + 10).map((InstanceId) => ({ InvokeId: "t-1", InstanceId }));
      const rest = from + 10 < names.length ? `token-${from + 10}` : "";
      const paging = { TotalCount: names.length, PageNumber: 1, PageSize: 10, NextToken: rest };
      return { Invocation: { ...paging, InvocationResults: { InvocationResult } } };
    });
    const results = await bench.upstream.readResults(query, NOTHING, bench.operation);
    expect(results.map(({ instanceId }) => instanceId).sort()).toEqual(names.toSorted());
    expect(bench.asked).toHaveLength(2);
  });

  it("fail where the tokens go round in a circle", async () => {
    let next = 0;
    const bench = createBench("ECS", () => {
      next += 1;
      return { Invocation: { ...page(next, 1, 0).Invocation, NextToken: `token-${next % 3}` } };
    });
    await expect(bench.upstream.readResults(query, NOTHING, bench.operation)).rejects.toMatchObject({
      code: "BAD_RESPONSE",
    });
    expect(bench.asked.length).toBeLessThanOrEqual(10);
  });

  it("fail where ever new tokens bring nothing new", async () => {
    let next = 0;
    const bench = createBench("ECS", () => {
      next += 1;
      return { Invocation: { ...page(1, 10, 0).Invocation, NextToken: `token-${next}` } };
    });
    await expect(bench.upstream.readResults(query, NOTHING, bench.operation)).rejects.toMatchObject({
      code: "BAD_RESPONSE",
    });
    expect(bench.asked.length).toBeLessThanOrEqual(22);
  });
});
