import { describe, expect, it } from "@jest/globals";
import { noPermission, readSampleList } from "./sample-list.ts";
import { createBench, EVERYTHING, instanceInvocation, invocation, output, readFixture, result, SWAS } from "./stub.ts";

describe("SWAS DescribeInvocationResult of 2025", () => {
  it("gives the result with its contradiction: a success that names an error", async () => {
    const { upstream, asked, operation } = createBench("SWAS", (action) => {
      if (action === "DescribeCommandInvocations") throw noPermission();
      return readFixture("swas-describe-invocation-result-2025.json");
    });
    const instanceIds = ["ace0706b2ac4454d984295a94213****"];
    const query = { invokeId: "t-bj02prjje65****", instanceIds, includeHistory: false };
    expect(await upstream.readResults(query, EVERYTHING, operation)).toEqual([
      result(SWAS, "t-bj02prjje65****", "ace0706b2ac4454d984295a94213****", {
        status: "SUCCESS",
        rawStatus: "Success",
        startTime: "2022-07-11T06:37:16.000Z",
        finishTime: "2022-07-11T06:37:17.000Z",
        exitCode: 0,
        error: { code: "InstanceNotExists", info: "the specified instance does not exists" },
        username: "root",
        output: output("admin\n"),
      }),
    ]);
    expect(asked).toEqual([
      ["DescribeCommandInvocations", { InvokeId: "t-bj02prjje65****" }],
      ["DescribeInvocationResult", { InstanceId: "ace0706b2ac4454d984295a94213****", InvokeId: "t-bj02prjje65****" }],
    ]);
  });
});

describe("SWAS DescribeInvocations of 2022", () => {
  it.each(["swas-describe-invocations-2022.json", "swas-describe-invocations-2022.xml"])(
    "gives the one run of %s, on the instance that was asked for",
    async (fixture) => {
      const instanceId = "3a658ca270df4df39f22e289b338****";
      const { bench, page } = await readSampleList("SWAS", fixture, instanceId);
      const invokeId = "t-hz02p9545t6****";
      const status = { status: "SUCCESS", rawStatus: "Success" } as const;
      const creationTime = "2022-07-11T06:37:16.000Z";
      const content = Buffer.from("ls");
      expect(page).toEqual({
        runs: [
          invocation(SWAS, invokeId, {
            ...status,
            isInstanceWord: true,
            isNarrowed: true,
            command: { commandId: null, name: "testname", description: null, type: "RUN_SHELL_SCRIPT", content },
            creationTime,
            instances: [instanceInvocation(SWAS, invokeId, instanceId, { ...status, creationTime, isComplete: false })],
          }),
        ],
        next: { pageNumber: 2, pageSize: 50 },
        mode: "page",
        offset: 0,
        indexes: [0],
        total: 10,
        flaw: null,
        unreadable: 0,
      });
      expect(bench.asked.at(-1)).toEqual([
        "DescribeInvocations",
        { InstanceId: instanceId, PageNumber: 1, PageSize: 50 },
      ]);
    },
  );
});
