import { describe, expect, it } from "@jest/globals";
import { createBench, EVERYTHING, NOTHING, refusal } from "./stub.ts";

describe("ECS filters", () => {
  const open = async (query: object, projection = NOTHING) => {
    // An empty list of one status is compared with that of all, read afterwards.
    const bench = createBench("ECS", (_action, { InvokeStatus, Timed }) =>
      InvokeStatus === undefined && Timed === undefined ? { NextToken: "more" } : { TotalCount: 0 },
    );
    const [list] = await bench.upstream.openLists(query, projection, bench.operation);
    await list?.read(null, bench.operation);
    const lists = bench.asked.filter(([, { Timed }]) => Timed === undefined);
    const { PageNumber: _n, PageSize: _s, MaxResults: _m, ContentEncoding: _c, ...sent } = lists[0]?.[1] ?? {};
    return { sent, isExact: list?.isExact };
  };

  it.each<readonly [object, object, boolean]>([
    [{}, {}, true],
    [{ invokeId: "t-1" }, { InvokeId: "t-1" }, true],
    [{ commandId: "c-1" }, { CommandId: "c-1" }, true],
    [{ commandName: "demo" }, { CommandName: "demo" }, false],
    [{ commandType: "RUN_BAT_SCRIPT" }, { CommandType: "RunBatScript" }, true],
    [{ instanceId: "i-1", commandName: "demo" }, { InstanceId: "i-1" }, false],
    [{ instanceId: "i-1", statusIn: ["PARTIAL_FAILED"] }, { InstanceId: "i-1" }, false],
    [{ instanceId: "i-1", statusIn: ["FAILED"] }, { InstanceId: "i-1", InvokeStatus: "Failed" }, false],
    [{ timed: false }, {}, false],
    [{ statusIn: ["PARTIAL_FAILED"] }, { InvokeStatus: "PartialFailed" }, false],
    [{ statusIn: ["SUCCESS"] }, { InvokeStatus: "Success" }, true],
    [{ statusIn: ["RUNNING"] }, { InvokeStatus: "Running" }, false],
    [{ statusIn: ["FINISHED"] }, { InvokeStatus: "Finished" }, false],
    [{ statusIn: ["UNKNOWN"] }, {}, false],
    [{ statusIn: ["SUCCESS", "FAILED"] }, {}, false],
    [{ createdAfter: "2026-01-01T00:00:00.000Z" }, {}, false],
  ])("%j is sent as %j", async (query, sent, isExact) => {
    expect(await open(query)).toEqual({ sent, isExact });
  });

  it("ask for outputs in a list only beside a run or an instance", async () => {
    const sent = await Promise.all([
      open({}, EVERYTHING),
      open({ instanceId: "i-1" }, EVERYTHING),
      open({ invokeId: "t-1" }, EVERYTHING),
      open({ instanceId: "i-1" }, NOTHING),
    ]);
    expect(sent.map((each) => each.sent)).toEqual([
      {},
      { InstanceId: "i-1", IncludeOutput: true },
      { InvokeId: "t-1", IncludeOutput: true },
      { InstanceId: "i-1" },
    ]);
  });
});

describe("a list about an instance that is gone", () => {
  it.each(["ECS", "SWAS"] as const)("is empty on %s, not an error", async (provider) => {
    const bench = createBench(provider, () => {
      throw refusal("NOT_FOUND", "InvalidInstanceId.NotFound", 404);
    });
    const [list] = await bench.upstream.openLists({ instanceId: "i-1" }, NOTHING, bench.operation);
    const page = await list?.read(null, bench.operation);
    expect([page?.runs, page?.next, page?.unreadable]).toEqual([[], null, 0]);
  });
});
