import { describe, expect, it } from "@jest/globals";
import { createBench, ECS, EVERYTHING, instanceInvocation, NOTHING, output } from "./stub.ts";

async function readRun(run: object) {
  const bench = createBench("ECS", () => ({ Invocations: [{ InvokeId: "t-1", InvocationStatus: "Success", ...run }] }));
  return { ...bench, run: await bench.upstream.readInvocation("t-1", EVERYTHING, bench.operation) };
}

async function readRecord(record: object) {
  const { run, ...bench } = await readRun({
    InvokeInstances: [{ InstanceId: "i-1", InvocationStatus: "Success", ...record }],
  });
  return { ...bench, record: run?.instances[0] };
}

describe("nothing", () => {
  it.each(["", " ", "\n", null, undefined])("%j is null wherever it stands", async (nothing) => {
    const { run } = await readRun({
      Frequency: nothing,
      CommandName: nothing,
      CommandDescription: nothing,
      CommandContent: nothing,
      CommandType: nothing,
      CreationTime: nothing,
      Username: nothing,
      WorkingDir: nothing,
      InvokeInstances: [
        {
          InstanceId: "i-1",
          InvocationStatus: "Success",
          StartTime: nothing,
          FinishTime: nothing,
          StopTime: nothing,
          UpdateTime: nothing,
          ExitCode: nothing,
          ErrorCode: nothing,
          ErrorInfo: nothing,
          Output: nothing,
          OssOutputUri: nothing,
        },
      ],
    });
    expect(run?.command).toEqual({ commandId: null, name: null, description: null, type: null, content: null });
    expect([run?.frequency, run?.creationTime, run?.username, run?.workingDir]).toEqual([null, null, null, null]);
    expect(run?.instances).toEqual([
      instanceInvocation(ECS, "t-1", "i-1", {
        status: "SUCCESS",
        rawStatus: "Success",
        // As long as no answer held an output, the upstream may not know that it was asked for them.
        output: undefined,
        isComplete: nothing !== undefined,
      }),
    ]);
  });
});

describe("records as they really come", () => {
  it("a success that names an error keeps both", async () => {
    const { record } = await readRecord({ ExitCode: 0, ErrorCode: "InstanceNotExists", ErrorInfo: "gone" });
    expect([record?.status, record?.exitCode, record?.error]).toEqual([
      "SUCCESS",
      0,
      { code: "InstanceNotExists", info: "gone" },
    ]);
  });

  it("an error of text alone has the code Unknown, and a code that no document names passes through", async () => {
    const text = await readRecord({ ErrorInfo: "something broke" });
    const code = await readRecord({ ErrorCode: "BrandNewCode" });
    expect([text.record?.error, code.record?.error]).toEqual([
      { code: "Unknown", info: "something broke" },
      { code: "BrandNewCode", info: null },
    ]);
  });

  it("an end before the start is given as it came", async () => {
    const { record } = await readRecord({ StartTime: "2023-05-09T03:32:24Z", FinishTime: "2023-04-03T02:42:29Z" });
    expect([record?.startTime, record?.finishTime]).toEqual(["2023-05-09T03:32:24.000Z", "2023-04-03T02:42:29.000Z"]);
  });

  it.each([-1, 193, 3010, 4294967295, -1073741510])("exit code %d comes through", async (ExitCode) => {
    const { record } = await readRecord({ ExitCode });
    expect(record?.exitCode).toBe(ExitCode);
  });

  it("an integer that JSON cannot carry exactly is null and told", async () => {
    const { record, notices } = await readRecord({ ExitCode: 2 ** 53 });
    expect([record?.exitCode, notices]).toEqual([null, ["upstream answer: ExitCode is not a whole number"]]);
  });

  it.each([-1, "-18234"])("fewer than none, %j, are none that are told, and are logged", async (count) => {
    const { record, notices } = await readRecord({ Output: "b2sK", Dropped: count, Repeats: count });
    expect([record?.output, record?.repeats, [...notices].sort()]).toEqual([
      output("ok\n", null),
      null,
      ["upstream answer: Dropped is not a number from 0 on", "upstream answer: Repeats is not a number from 0 on"],
    ]);
  });

  it("bytes that were dropped are counted", async () => {
    const { record } = await readRecord({ Output: "b2sK", Dropped: 18234 });
    expect(record?.output).toEqual(output("ok\n", 18234));
  });

  it("an output of GBK stays the bytes that it is", async () => {
    const { record } = await readRecord({ Output: "1tDOxA==" });
    expect(record?.output).toEqual(output(Uint8Array.from([0xd6, 0xd0, 0xce, 0xc4]), null));
  });

  it("an output that is no base64 is kept as text, marked and told", async () => {
    const { record, notices } = await readRecord({ Output: "plain words!" });
    expect([record?.output, notices]).toEqual([
      { ...output("plain words!"), isDamaged: true },
      ["upstream answer: Output is no base64 and is taken as text"],
    ]);
  });

  it("an instance that is told twice has its newest state", async () => {
    const twice = ["2026-01-02T01:00:00Z", "2026-01-02T02:00:00Z", "2026-01-02T00:00:00Z"];
    const { run } = await readRun({ InvokeInstances: twice.map((StartTime) => ({ InstanceId: "i-1", StartTime })) });
    expect(run?.instances.map(({ startTime }) => startTime)).toEqual(["2026-01-02T02:00:00.000Z"]);
  });

  it("fields that nobody knows are ignored", async () => {
    const { record, notices } = await readRecord({ BrandNewField: { a: [1] }, Another: "x" });
    expect([record?.status, notices]).toEqual(["SUCCESS", []]);
  });

  it("an unknown kind of script is UNKNOWN and told", async () => {
    const { run, unknownWords } = await readRun({ CommandType: "RunPythonScript" });
    expect([run?.command.type, unknownWords]).toEqual(["UNKNOWN", ["CommandType=RunPythonScript"]]);
  });

  it.each<readonly [object, boolean | null, string | null]>([
    [{ Timed: true }, true, "Period"],
    [{ Timed: "True", Frequency: "0 */20 * * * *" }, true, "Period"],
    [{ Timed: false, Frequency: " " }, false, "Once"],
    [{ Timed: false, Frequency: "rate(1h)" }, false, null],
    [{ RepeatMode: "EveryReboot" }, true, "EveryReboot"],
    [{ RepeatMode: "Once" }, false, "Once"],
    [{ RepeatMode: "nextrebootonly" }, true, "NextRebootOnly"],
    [{ RepeatMode: " PERIOD " }, true, "Period"],
    [{ RepeatMode: "once" }, false, "Once"],
    [{ RepeatMode: "dryRun" }, false, "DryRun"],
    [{}, null, null],
  ])("whether and how %j repeats", async (fields, timed, repeatMode) => {
    const { run } = await readRun(fields);
    expect([run?.timed, run?.repeatMode]).toEqual([timed, repeatMode]);
  });

  it("all that the vendor offers today comes along", async () => {
    const { run } = await readRun({
      CommandDescription: "a demo",
      Frequency: "rate(7d)",
      RepeatMode: "Period",
      Timed: true,
      Timeout: 3600,
      Username: "deploy",
      WorkingDir: "/srv",
      ContainerId: "0123",
      ContainerName: "web",
      Launcher: 'python3 -u {{ACS::ScriptFileName|Ext(".py")}}',
      TerminationMode: "ProcessTree",
      OssOutputDelivery: "oss://bucket/prefix",
      Tags: { Tag: [{ TagKey: "env", TagValue: "" }] },
      InvokeInstances: {
        InvokeInstance: [
          {
            InstanceId: "i-1",
            OssOutputStatus: "Failed",
            OssOutputUri: "",
            OssOutputErrorCode: "NoBucket",
            OssOutputErrorInfo: "gone",
          },
        ],
      },
    });
    expect(run).toMatchObject({
      command: { description: "a demo" },
      frequency: "rate(7d)",
      repeatMode: "Period",
      timed: true,
      timeoutSeconds: 3600,
      username: "deploy",
      workingDir: "/srv",
      containerId: "0123",
      containerName: "web",
      launcher: 'python3 -u {{ACS::ScriptFileName|Ext(".py")}}',
      terminationMode: "ProcessTree",
      ossOutputDelivery: "oss://bucket/prefix",
      tags: [{ key: "env", value: "" }],
      instances: [
        { username: "deploy", ossDelivery: { status: "Failed", uri: null, errorCode: "NoBucket", errorInfo: "gone" } },
      ],
    });
  });
});

describe("outputs and scripts that were not asked for", () => {
  it("are undefined where they did not come, and there where they did", async () => {
    const bench = createBench("ECS", () => ({
      Invocations: [
        {
          InvokeId: "t-1",
          InvokeInstances: [
            { InstanceId: "i-1", ExitCode: 0 },
            { InstanceId: "i-2", Output: "b2sK" },
          ],
        },
      ],
    }));
    const run = await bench.upstream.readInvocation("t-1", NOTHING, bench.operation);
    expect(run?.instances.map((instance) => instance.output)).toEqual([undefined, output("ok\n")]);
  });
});

describe("answers to another question", () => {
  it("a run that was not asked for is ignored", async () => {
    const bench = createBench("ECS", () => ({ Invocations: [{ InvokeId: "t-2" }] }));
    const run = await bench.upstream.readInvocation("t-1", NOTHING, bench.operation);
    expect([run, bench.notices]).toEqual([null, ["upstream answer: a run that was not asked for is left out"]]);
  });

  it("a result that was not asked for is ignored, one without ids takes those of the request", async () => {
    const bench = createBench("ECS", () => ({
      InvocationResults: [{ InvokeId: "t-2", InstanceId: "i-1" }, { InstanceId: "i-2" }, { ExitCode: 0 }],
    }));
    const query = { invokeId: "t-1", instanceIds: ["i-1"], includeHistory: false };
    const results = await bench.upstream.readResults(query, NOTHING, bench.operation);
    expect(results.map(({ invokeId, instanceId }) => [invokeId, instanceId])).toEqual([["t-1", "i-1"]]);
  });
});
