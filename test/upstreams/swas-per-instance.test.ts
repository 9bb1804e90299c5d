import { afterEach, describe, expect, it } from "@jest/globals";
import type { RegionInput } from "../support/emulator/index.ts";
import { type RunningUpstream, startUpstream } from "./running-upstream.ts";
import {
  createBench,
  EVERYTHING,
  instanceInvocation,
  invocation,
  NOTHING,
  output,
  refusal,
  result,
  SWAS,
} from "./stub.ts";

const A = "ace0706b2ac4454d984295a942130001";
const B = "ace0706b2ac4454d984295a942130002";
const keyOf = (instanceId: string) => `invocations [["InstanceId","${instanceId}"]]`;

const REGION: RegionInput = {
  instances: [A, B],
  invocations: [
    {
      invokeId: "t-2",
      commandName: "both",
      content: "echo 2\n",
      creationTime: "2026-01-02T02:00:00Z",
      parameters: { name: "Jack" },
      instances: [A, { instanceId: B, status: "Timeout", errorCode: "ExecutionTimeout", output: "part" }],
    },
    { invokeId: "t-1", commandName: "one", creationTime: "2026-01-02T01:00:00Z", instances: [A] },
  ],
};

describe("SWAS where the list of all runs may not be used", () => {
  let end: RunningUpstream;
  afterEach(() => end.close());

  async function start(region: RegionInput = REGION, denied = ["DescribeCommandInvocations"]) {
    const key = { accessKeyId: "testid", accessKeySecret: "testsecret", denied };
    end = await startUpstream("SWAS", region, { keys: [key] });
    return end.upstream;
  }

  it("has one list for each instance, each with the runs that touched it", async () => {
    const upstream = await start();
    const lists = await upstream.openLists({}, EVERYTHING, end.operation);
    const pages = await Promise.all(lists.map((list) => list.read(null, end.operation)));
    expect(lists.map(({ key, isExact }) => [key, isExact])).toEqual([
      [keyOf(A), true],
      [keyOf(B), true],
    ]);
    expect(pages.map(({ runs }) => runs.map(({ invokeId }) => invokeId))).toEqual([["t-2", "t-1"], ["t-2"]]);
    const creationTime = "2026-01-02T02:00:00.000Z";
    expect(pages[1]?.runs).toEqual([
      invocation(SWAS, "t-2", {
        command: {
          commandId: null,
          name: "both",
          description: null,
          type: "RUN_SHELL_SCRIPT",
          content: Buffer.from("echo 2\n"),
        },
        status: "FAILED",
        rawStatus: "Timeout",
        isInstanceWord: true,
        creationTime,
        parameters: { name: "Jack" },
        instances: [
          instanceInvocation(SWAS, "t-2", B, {
            status: "TIMEOUT",
            rawStatus: "Timeout",
            creationTime,
            isComplete: false,
          }),
        ],
      }),
    ]);
    expect(end.takeCalls()).toEqual([
      "DescribeCommandInvocations PageNumber=1 PageSize=50",
      "ListInstances PageNumber=1 PageSize=100",
      `DescribeInvocations InstanceId=${A} PageNumber=1 PageSize=50`,
      `DescribeInvocations InstanceId=${B} PageNumber=1 PageSize=50`,
    ]);
  });

  it("remembers it for ten minutes, and the servers for one", async () => {
    const upstream = await start();
    await upstream.openLists({}, NOTHING, end.operation);
    end.takeCalls();
    await upstream.openLists({}, NOTHING, end.operation);
    const atOnce = end.takeCalls();
    await end.clock.advance(61_000);
    await upstream.openLists({}, NOTHING, end.operation);
    const afterOneMinute = end.takeCalls();
    end.emulator.setKeys([{ accessKeyId: "testid", accessKeySecret: "testsecret" }]);
    await end.clock.advance(540_000);
    const lists = await upstream.openLists({}, NOTHING, end.operation);
    expect([atOnce, afterOneMinute, end.takeCalls(), lists.map(({ key }) => key)]).toEqual([
      [],
      ["ListInstances PageNumber=1 PageSize=100"],
      ["DescribeCommandInvocations PageNumber=1 PageSize=50"],
      ["command-invocations"],
    ]);
  });

  it("asks just the one instance that a query names", async () => {
    const upstream = await start();
    const lists = await upstream.openLists({ instanceId: B }, NOTHING, end.operation);
    expect([lists.map(({ key }) => key), end.takeCalls()]).toEqual([
      [keyOf(B)],
      [`DescribeCommandInvocations InstanceId=${B} PageNumber=1 PageSize=50`],
    ]);
  });

  it("asks for results pair by pair", async () => {
    const upstream = await start();
    const query = { invokeId: "t-2", instanceIds: [A, B], includeHistory: false };
    const results = await upstream.readResults(query, EVERYTHING, end.operation);
    expect(results).toEqual([
      result(SWAS, "t-2", A, {
        status: "SUCCESS",
        rawStatus: "Success",
        exitCode: 0,
        startTime: "2026-01-02T02:00:01.000Z",
        finishTime: "2026-01-02T02:00:03.000Z",
        username: "root",
        output: output("ok\n"),
      }),
      result(SWAS, "t-2", B, {
        status: "TIMEOUT",
        rawStatus: "Timeout",
        startTime: "2026-01-02T02:00:01.000Z",
        finishTime: "2026-01-02T02:00:03.000Z",
        error: { code: "ExecutionTimeout", info: null },
        username: "root",
        output: output("part"),
      }),
    ]);
    expect(end.takeCalls().slice(1).sort()).toEqual([
      `DescribeInvocationResult InstanceId=${A} InvokeId=t-2`,
      `DescribeInvocationResult InstanceId=${B} InvokeId=t-2`,
    ]);
  });

  it("puts one run together from what every instance says of it", async () => {
    const upstream = await start();
    const run = await upstream.readInvocation("t-2", EVERYTHING, end.operation);
    expect(run).toMatchObject({
      command: { name: "both", content: Buffer.from("echo 2\n") },
      status: "PARTIAL_FAILED",
      rawStatus: null,
      creationTime: "2026-01-02T02:00:00.000Z",
      instances: [
        { instanceId: A, status: "SUCCESS", isComplete: true, output: output("ok\n") },
        { instanceId: B, status: "TIMEOUT", isComplete: true, output: output("part") },
      ],
    });
    expect(await upstream.readInvocation("t-9", EVERYTHING, end.operation)).toBeNull();
  });

  it("is the list of all runs, which says why it fails, where the way round is refused too", async () => {
    const usual = await (await start(REGION, [])).openLists({}, NOTHING, end.operation);
    const upstream = await start(REGION, ["DescribeCommandInvocations", "ListInstances"]);
    const lists = await upstream.openLists({}, NOTHING, end.operation);
    // A store that outlives the process knows it by this key.
    expect(lists.map(({ key }) => key)).toEqual(usual.map(({ key }) => key));
    await expect(lists[0]?.read(null, end.operation)).rejects.toMatchObject({
      code: "FORBIDDEN",
      action: "ListInstances",
    });
  });

  it("says that a region does not have the API at all", async () => {
    const upstream = await start({ ...REGION, isUnsupported: true }, []);
    const lists = await upstream.openLists({}, NOTHING, end.operation);
    await expect(lists[0]?.read(null, end.operation)).rejects.toMatchObject({
      code: "NOT_SUPPORTED",
      upstreamCode: "RegionId.ApiNotSupported",
    });
  });
});

describe("SWAS DescribeInvocationResult of what is gone", () => {
  it.each<readonly [string, object]>([
    ["an empty object", {}],
    ["a request id alone", { RequestId: "R-1" }],
    ["an empty result", { InvocationResult: {} }],
    ["null for a result", { InvocationResult: null }],
    ["a result of another run", { InvocationResult: { InvokeId: "t-2", InstanceId: A } }],
  ])("%s is no result", async (_name, body) => {
    const bench = createBench("SWAS", (action) => (action === "DescribeCommandInvocations" ? forbid() : body));
    const query = { invokeId: "t-1", instanceIds: [A], includeHistory: false };
    expect(await bench.upstream.readResults(query, EVERYTHING, bench.operation)).toEqual([]);
  });

  it.each<readonly [string, object]>([
    ["another member", { Something: 1 }],
    ["a text for a result", { InvocationResult: "none" }],
  ])("%s is a bad answer", async (_name, body) => {
    const bench = createBench("SWAS", (action) => (action === "DescribeCommandInvocations" ? forbid() : body));
    const query = { invokeId: "t-1", instanceIds: [A], includeHistory: false };
    await expect(bench.upstream.readResults(query, EVERYTHING, bench.operation)).rejects.toMatchObject({
      code: "BAD_RESPONSE",
      action: "DescribeInvocationResult",
    });
  });

  it("has a key for its one execution where a history is asked for", async () => {
    const bench = createBench("SWAS", () => ({
      CommandInvocations: [
        { InvokeId: "t-1", InvokeInstances: [{ InstanceId: A, StartTime: "2023-05-09T03:32:24Z" }] },
      ],
    }));
    const results = await bench.upstream.readResults(
      { invokeId: "t-1", includeHistory: true },
      EVERYTHING,
      bench.operation,
    );
    expect(results.map(({ execution }) => execution)).toEqual([`s${Date.UTC(2023, 4, 9, 3, 32, 24)}`]);
  });
});

function forbid(): never {
  throw refusal("FORBIDDEN", "NoPermission", 403);
}
