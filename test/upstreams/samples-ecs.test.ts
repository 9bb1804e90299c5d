import { describe, expect, it } from "@jest/globals";
import type { InvocationResult } from "#domain";
import { PartialResultsError } from "#upstreams";
import { readSampleList } from "./sample-list.ts";
import { createBench, ECS, EVERYTHING, instanceInvocation, invocation, output, readFixture, result } from "./stub.ts";

describe("ECS DescribeInvocationResults of 2018", () => {
  const INVOKE_ID = "t-7d2a745b412b4601b2d47f6a768d3a14";
  const FIRST = "i-uf614fhehhzmxdqw";
  const SECOND = "i-uf614fhehhzmd3zj4k74";

  function sample(instanceId: string, time: string, printed: string | null, rest: Partial<InvocationResult>) {
    const finishTime = new Date(`2018-01-05T${time}+08:00`).toISOString();
    return result(ECS, INVOKE_ID, instanceId, {
      finishTime,
      exitCode: 0,
      output: printed === null ? null : output(printed),
      execution: `f${Date.parse(finishTime)}`,
      ...rest,
    });
  }

  const FINISHED = { status: "SUCCESS", rawStatus: "Finished" } as const;

  it("gives every execution of the JSON sample, by instance and newest first, in the zone of Shanghai", async () => {
    const { upstream, asked, operation } = createBench("ECS", () =>
      readFixture("ecs-describe-invocation-results-2018.json"),
    );
    const results = await upstream.readResults({ invokeId: INVOKE_ID, includeHistory: true }, EVERYTHING, operation);
    const silent = { status: "SUCCESS", rawStatus: null } as const;
    expect(results).toEqual([
      sample(FIRST, "15:45:02", "15:45:01\n", FINISHED),
      sample(FIRST, "15:40:02", null, FINISHED),
      sample(FIRST, "15:30:02", "15:30:01\n", silent),
      sample(SECOND, "15:20:02", null, silent),
      sample(SECOND, "15:15:02", "15:15:01\n", FINISHED),
    ]);
    expect(asked).toEqual([
      [
        "DescribeInvocationResults",
        {
          InvokeId: INVOKE_ID,
          IncludeHistory: true,
          PageNumber: 1,
          PageSize: 50,
          MaxResults: 50,
          ContentEncoding: "Base64",
        },
      ],
    ]);
  });

  it("gives every execution of the XML sample, where a blank output is none", async () => {
    const { upstream, operation } = createBench("ECS", () => readFixture("ecs-describe-invocation-results-2018.xml"));
    const results = await upstream.readResults({ invokeId: INVOKE_ID, includeHistory: true }, EVERYTHING, operation);
    const padded = { status: "SUCCESS", rawStatus: " Finished" } as const;
    const silent = { status: "SUCCESS", rawStatus: null } as const;
    expect(results).toEqual([
      sample(FIRST, "15:45:02", "15:45:01\n", padded),
      sample(FIRST, "15:40:02", null, padded),
      sample(FIRST, "15:30:02", "15:30:01\n", silent),
      sample(FIRST, "15:20:02", null, silent),
      sample(FIRST, "15:15:02", "15:15:01\n", silent),
    ]);
  });

  it("gives the newest execution of each instance without history", async () => {
    const { upstream, operation } = createBench("ECS", () => readFixture("ecs-describe-invocation-results-2018.json"));
    const results = await upstream.readResults({ invokeId: INVOKE_ID, includeHistory: false }, EVERYTHING, operation);
    expect(results).toEqual([
      sample(FIRST, "15:45:02", "15:45:01\n", { ...FINISHED, execution: null }),
      sample(SECOND, "15:20:02", null, { status: "SUCCESS", rawStatus: null, execution: null }),
    ]);
  });
});

describe("ECS DescribeInvocationResults of 2020", () => {
  it.each(["ecs-describe-invocation-results-2020.json", "ecs-describe-invocation-results-2020.xml"])(
    "gives the one result of %s, which failed and finished, and says that it tells of five",
    async (fixture) => {
      const { upstream, operation } = createBench("ECS", () => readFixture(fixture));
      const query = { invokeId: "t-hz0jdfwd9f****", includeHistory: false };
      const reading = upstream.readResults(query, EVERYTHING, operation);
      const error = await reading.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.stringContaining("tells of 5 results and shows 1") });
      expect(error instanceof PartialResultsError && error.results).toEqual([
        result(ECS, "t-hz0jdfwd9f****", "i-bp1i7gg30r52z2em****", {
          commandId: "c-hz0jdfwcsr****",
          status: "FAILED",
          rawStatus: "Failed",
          startTime: "2020-05-11T09:01:40.000Z",
          finishTime: "2020-05-11T09:01:41.000Z",
          exitCode: 1,
          error: { code: "ExitCodeNonzero", info: "the command execution exit code is not zero." },
          repeats: 1,
        }),
      ]);
    },
  );
});

describe("ECS DescribeInvocations of 2018", () => {
  const A = "i-uf614fhehhzmxxxxxxxx";
  const B = "i-uf64isakb713xxxxxxxx";
  const BASH = "RUN_SHELL_SCRIPT";

  function run(invokeId: string, name: string, commandId: string, rest: object) {
    const command = { commandId, name, description: null, type: BASH as "RUN_SHELL_SCRIPT", content: null };
    return { ...invocation(ECS, invokeId, { command }), ...rest };
  }

  function on(invokeId: string, commandId: string, instanceId: string, rawStatus: string) {
    const status = rawStatus === "finished" ? "FINISHED" : "RUNNING";
    return instanceInvocation(ECS, invokeId, instanceId, { commandId, status, rawStatus, isComplete: false });
  }

  function sample(lastWord: string, fourthWord: string) {
    const [t1, t2, t3, t4, t5] = [
      "t-a8935b93739442e59ed621a6xxxxxxxx",
      "t-001937b74e2a4242891fc789xxxxxxxx",
      "t-bd09beef975b4e50883e5df1xxxxxxxx",
      "t-c7499dfdfdb44e8aa0acce5bxxxxxxxx",
      "t-e733d4172fee452c98106f58xxxxxxxx",
    ] as const;
    const [c1, c2, c4, c5] = [
      "c-e67505b2be3e477dae94c0f0xxxxxxxx",
      "c-6b0fb9d72adc421abab462abxxxxxxxx",
      "c-d2a8ccf6440641ec8635f194xxxxxxxx",
      "c-3f0e5e4a21c045afa197e036xxxxxxxx",
    ] as const;
    const timed = { timed: true, repeatMode: "Period", status: "RUNNING", rawStatus: "Running" };
    const once = { timed: false, repeatMode: "Once" };
    const fifth = { commandId: c5, name: "Test4", description: null, type: "RUN_BAT_SCRIPT" as const, content: null };
    return [
      run(t1, "Test1", c1, {
        ...timed,
        frequency: "0 */20 * * * *",
        instances: [on(t1, c1, A, "finished"), on(t1, c1, B, "running")],
      }),
      run(t2, "Test2", c2, {
        ...timed,
        frequency: "0 */15 * * * *",
        instances: [on(t2, c2, A, "finished"), on(t2, c2, B, lastWord)],
      }),
      run(t3, "Test3", c2, {
        ...once,
        status: "SUCCESS",
        rawStatus: "success",
        instances: [on(t3, c2, A, "finished"), on(t3, c2, B, "finished")],
      }),
      run(t4, "test", c4, {
        ...once,
        status: "SUCCESS",
        rawStatus: fourthWord,
        instances: [on(t4, c4, A, "finished")],
      }),
      run(t5, "Test4", c5, {
        ...once,
        command: fifth,
        status: "RUNNING",
        rawStatus: "Running",
        instances: [on(t5, c5, A, "running")],
      }),
    ];
  }

  it.each([
    ["ecs-describe-invocations-2018.json", "running", "success"],
    ["ecs-describe-invocations-2018.xml", "Running", "Success"],
  ])(
    "gives the five runs of %s, whose instances have more to tell elsewhere",
    async (fixture, lastWord, fourthWord) => {
      const { bench, page } = await readSampleList("ECS", fixture);
      expect(page).toEqual({
        runs: sample(lastWord, fourthWord),
        next: null,
        mode: "page",
        offset: 0,
        indexes: [0, 1, 2, 3, 4],
        total: 5,
        flaw: null,
        unreadable: 0,
        askedAt: bench.clock.now(),
      });
      expect(bench.asked.at(0)).toEqual([
        "DescribeInvocations",
        { PageNumber: 1, PageSize: 50, MaxResults: 50, ContentEncoding: "Base64" },
      ]);
      expect(bench.unknownWords).toEqual([]);
    },
  );
});
