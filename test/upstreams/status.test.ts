import { describe, expect, it } from "@jest/globals";
import { type InstanceInvocationStatus, type InvocationStatus, rollUp } from "#domain";
import { createBench, EVERYTHING, NOTHING } from "./stub.ts";

async function readOne(provider: "ECS" | "SWAS", run: object) {
  const bench = createBench(provider, () => ({ Invocations: [{ InvokeId: "t-1", ...run }] }));
  return { ...bench, run: await bench.upstream.readInvocation("t-1", EVERYTHING, bench.operation) };
}

async function readInstance(provider: "ECS" | "SWAS", record: object) {
  const { run, ...bench } = await readOne(provider, { InvokeInstances: [{ InstanceId: "i-1", ...record }] });
  return { ...bench, instance: run?.instances[0] };
}

const PROVIDERS = ["ECS", "SWAS"] as const;

type Row = readonly [word: string, status: InstanceInvocationStatus, run: InvocationStatus];

/** The vendor's words of section "InvocationStatus" in all documents. */
const WORDS: readonly Row[] = [
  ["Pending", "PENDING", "PENDING"],
  ["Scheduled", "SCHEDULED", "SCHEDULED"],
  ["Running", "RUNNING", "RUNNING"],
  ["Stopping", "STOPPING", "STOPPING"],
  ["Success", "SUCCESS", "SUCCESS"],
  ["Failed", "FAILED", "FAILED"],
  ["PartialFailed", "FAILED", "PARTIAL_FAILED"],
  ["Error", "ERROR", "FAILED"],
  ["Timeout", "TIMEOUT", "FAILED"],
  ["Aborted", "ABORTED", "FAILED"],
  ["Invalid", "INVALID", "FAILED"],
  ["Cancelled", "CANCELLED", "STOPPED"],
  ["Terminated", "TERMINATED", "STOPPED"],
  ["Stopped", "STOPPED", "STOPPED"],
  ["Finished", "FINISHED", "FINISHED"],
];

describe.each(PROVIDERS)("status words of %s", (provider) => {
  it.each(WORDS)("%s", async (word, status, runStatus) => {
    const { run } = await readOne(provider, {
      InvocationStatus: word,
      InvokeInstances: [{ InstanceId: "i-1", InvocationStatus: word }],
    });
    expect([run?.status, run?.rawStatus, run?.instances[0]?.status, run?.instances[0]?.rawStatus]).toEqual([
      runStatus,
      word,
      status,
      word,
    ]);
  });

  it.each<readonly [string, object, InvocationStatus, string | null]>([
    [
      "InvocationStatus wins over InvokeStatus",
      { InvocationStatus: "Failed", InvokeStatus: "Finished" },
      "FAILED",
      "Failed",
    ],
    ["an empty InvocationStatus does not", { InvocationStatus: "", InvokeStatus: "Running" }, "RUNNING", "Running"],
    ["InvokeStatus alone is enough", { InvokeStatus: "PartialFailed" }, "PARTIAL_FAILED", "PartialFailed"],
    ["a legacy end without an exit code has no outcome", { InvokeStatus: "Finished" }, "FINISHED", "Finished"],
    [
      "lower case and blanks do not matter, and stay in the raw word",
      { InvokeStatus: " success " },
      "SUCCESS",
      " success ",
    ],
  ])("of a run: %s", async (_name, fields, status, rawStatus) => {
    const { run } = await readOne(provider, fields);
    expect([run?.status, run?.rawStatus]).toEqual([status, rawStatus]);
  });

  it.each<readonly [string, object, InstanceInvocationStatus, number | null]>([
    ["Finished with exit code 0", { InvokeRecordStatus: "Finished", ExitCode: 0 }, "SUCCESS", 0],
    ["Finished with another", { InvokeRecordStatus: "Finished", ExitCode: 3 }, "FAILED", 3],
    ["Finished without one", { InvokeRecordStatus: "Finished" }, "FINISHED", null],
    ["Finished with an empty one", { InstanceInvokeStatus: "finished", ExitCode: "" }, "FINISHED", null],
    ["Finished that failed", { InvocationStatus: "Failed", InvokeRecordStatus: "Finished", ExitCode: 1 }, "FAILED", 1],
    ["Failed, the legacy word", { InstanceInvokeStatus: "Failed" }, "FAILED", null],
    ["Stopped, the legacy word", { InvokeRecordStatus: "Stopped" }, "STOPPED", null],
    ["no word, but an end and an exit code", { FinishedTime: "2018-01-05 15:45:02", ExitCode: 0 }, "SUCCESS", 0],
    ["no word and no end", { ExitCode: 0 }, "UNKNOWN", null],
  ])("on an instance: %s", async (_name, record, status, exitCode) => {
    const { instance } = await readInstance(provider, record);
    expect([instance?.status, instance?.exitCode]).toEqual([status, exitCode]);
  });

  it.each(["Pending", "Scheduled", "Running", "Stopping", "Suspended"])(
    "an exit code that is filled in while %s is none yet",
    async (InvocationStatus) => {
      const { instance } = await readInstance(provider, { InvocationStatus, ExitCode: 0 });
      expect(instance?.exitCode).toBeNull();
    },
  );

  it("a word that no table knows is UNKNOWN, keeps its text, wins over legacy words and is told once", async () => {
    const record = { InstanceId: "i-1", InvocationStatus: "Suspended", InvokeRecordStatus: "Finished", ExitCode: 0 };
    const { run, upstream, operation, unknownWords } = await readOne(provider, {
      InvocationStatus: "Suspended",
      InvokeInstances: [record],
    });
    await upstream.readInvocation("t-1", NOTHING, operation);
    expect([run?.status, run?.rawStatus, run?.instances[0]?.status, run?.instances[0]?.rawStatus]).toEqual([
      "UNKNOWN",
      "Suspended",
      "UNKNOWN",
      "Suspended",
    ]);
    expect(unknownWords).toEqual(["InvocationStatus=Suspended"]);
  });

  it("a run that names no state has that of its instances", async () => {
    const { run } = await readOne(provider, {
      InvokeInstances: [
        { InstanceId: "i-1", InvocationStatus: "Success" },
        { InstanceId: "i-2", InvocationStatus: "Timeout" },
      ],
    });
    expect([run?.status, run?.rawStatus]).toEqual(["PARTIAL_FAILED", null]);
  });

  it("a run that disagrees with its instances stays as it was told", async () => {
    const { run } = await readOne(provider, {
      InvocationStatus: "Running",
      InvokeInstances: [{ InstanceId: "i-1", InvocationStatus: "Success" }],
    });
    expect([run?.status, run?.instances[0]?.status]).toEqual(["RUNNING", "SUCCESS"]);
  });
});

describe("the state of a run rolled up from its instances", () => {
  it.each<readonly [InvocationStatus, readonly InstanceInvocationStatus[]]>([
    ["PENDING", ["SUCCESS", "STOPPING", "RUNNING", "SCHEDULED", "PENDING"]],
    ["SCHEDULED", ["SUCCESS", "STOPPING", "RUNNING", "SCHEDULED"]],
    ["RUNNING", ["FAILED", "STOPPING", "RUNNING"]],
    ["STOPPING", ["FAILED", "STOPPING"]],
    ["SUCCESS", ["SUCCESS", "SUCCESS"]],
    ["SUCCESS", ["SUCCESS", "CANCELLED", "TERMINATED"]],
    ["FAILED", ["INVALID", "ABORTED", "FAILED", "TIMEOUT", "ERROR"]],
    ["FAILED", ["FAILED", "CANCELLED"]],
    ["STOPPED", ["CANCELLED", "TERMINATED", "STOPPED"]],
    ["PARTIAL_FAILED", ["SUCCESS", "FAILED"]],
    ["PARTIAL_FAILED", ["SUCCESS", "ERROR", "TERMINATED"]],
    ["PARTIAL_FAILED", ["FINISHED", "FAILED"]],
    ["FINISHED", ["FINISHED", "SUCCESS"]],
    ["FINISHED", ["FINISHED", "STOPPED"]],
    ["UNKNOWN", ["SUCCESS", "UNKNOWN"]],
    ["UNKNOWN", []],
  ])("%s for %j", (expected, statuses) => {
    expect(rollUp(statuses)).toBe(expected);
  });
});
