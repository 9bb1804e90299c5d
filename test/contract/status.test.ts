import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { both, createPlaces, createReader } from "./reader.ts";
import { type Rig, startRig } from "./rig.ts";

const places = createPlaces();
let rig: Rig;
beforeAll(async () => {
  rig = await startRig(places);
});
afterAll(() => rig.stop());
const read = createReader(places, () => rig);

describe("status of an execution", () => {
  const table: readonly [word: string, status: string, isFinal: boolean][] = [
    ["Pending", "PENDING", false],
    ["Scheduled", "SCHEDULED", false],
    ["Running", "RUNNING", false],
    ["Stopping", "STOPPING", false],
    ["Success", "SUCCESS", true],
    ["Failed", "FAILED", true],
    ["Error", "ERROR", true],
    ["Timeout", "TIMEOUT", true],
    ["Aborted", "ABORTED", true],
    ["Invalid", "INVALID", true],
    ["Cancelled", "CANCELLED", true],
    ["Terminated", "TERMINATED", true],
    [" sUCCESS ", "SUCCESS", true],
    ["TIMEOUT", "TIMEOUT", true],
    ["running\n", "RUNNING", false],
    ["Suspended", "UNKNOWN", false],
    ["toString", "UNKNOWN", false],
    ["__proto__", "UNKNOWN", false],
  ];
  for (const product of both) {
    it.each(table)(`${product} %j is %s`, async (word, status, isFinal) => {
      const { item, result } = await read(product, {}, { status: word });
      expect([item.status, item.rawStatus, item.isFinal]).toEqual([status, word, isFinal]);
      expect([result.status, result.rawStatus, result.isFinal]).toEqual([status, word, isFinal]);
    });
  }

  const legacy: readonly [object, string][] = [
    [{ InstanceInvokeStatus: "Finished", ExitCode: 0 }, "SUCCESS"],
    [{ InstanceInvokeStatus: "finished", ExitCode: "3" }, "FAILED"],
    [{ InstanceInvokeStatus: " Finished", ExitCode: undefined }, "FINISHED"],
    [{ InstanceInvokeStatus: "Finished", ExitCode: "" }, "FINISHED"],
    [{ InstanceInvokeStatus: "Finished", ExitCode: null }, "FINISHED"],
    [{ InstanceInvokeStatus: "Running", ExitCode: 0 }, "RUNNING"],
    [{ InstanceInvokeStatus: "Stopping", ExitCode: 0 }, "STOPPING"],
    [{ InstanceInvokeStatus: "Success", ExitCode: 0 }, "SUCCESS"],
    [{ InstanceInvokeStatus: "Success", ExitCode: undefined }, "SUCCESS"],
    [{ InstanceInvokeStatus: "Failed", ExitCode: 0 }, "FAILED"],
    [{ InstanceInvokeStatus: "Stopped", ExitCode: 0 }, "STOPPED"],
    [{ InstanceInvokeStatus: "Pending", ExitCode: 0 }, "PENDING"],
    [{ InstanceInvokeStatus: "Scheduled", ExitCode: 0 }, "SCHEDULED"],
    [{ InstanceInvokeStatus: "Odd", ExitCode: 0 }, "UNKNOWN"],
  ];
  it.each(legacy)("without InvocationStatus, of %j, is %s", async (wire, status) => {
    const { InstanceInvokeStatus } = wire as { InstanceInvokeStatus: string };
    const more = { InvocationStatus: undefined, InvokeRecordStatus: InstanceInvokeStatus };
    const { item, result } = await read("ECS", {}, { wire: { ...wire, ...more } });
    expect([item.status, result.status]).toEqual([status, status]);
  });

  it("is that of InvocationStatus whatever the legacy field says", async () => {
    const wire = {
      InvocationStatus: "Failed",
      InstanceInvokeStatus: "Running",
      InvokeRecordStatus: "Running",
      ExitCode: 1,
    };
    const { item } = await read("ECS", {}, { wire });
    expect([item.status, item.isFinal, item.exitCode]).toEqual(["FAILED", true, 1]);
  });

  it("is logged once where it is unknown", async () => {
    await read("ECS", {}, { status: "Hibernating" });
    await read("ECS", {}, { status: "Hibernating" });
    expect(rig.logLines.filter((line) => line.includes("Hibernating"))).toHaveLength(1);
  });
});

describe("status of a run", () => {
  const table: readonly [word: string, status: string, isFinal: boolean][] = [
    ["Pending", "PENDING", false],
    ["Scheduled", "SCHEDULED", false],
    ["Running", "RUNNING", false],
    ["Stopping", "STOPPING", false],
    ["Success", "SUCCESS", true],
    ["Failed", "FAILED", true],
    ["Stopped", "STOPPED", true],
    ["PartialFailed", "PARTIAL_FAILED", true],
    ["Error", "FAILED", true],
    ["Timeout", "FAILED", true],
    ["Aborted", "FAILED", true],
    ["Invalid", "FAILED", true],
    ["Cancelled", "STOPPED", true],
    ["Terminated", "STOPPED", true],
    [" partialfailed", "PARTIAL_FAILED", true],
    ["Odd", "UNKNOWN", false],
  ];
  for (const product of both) {
    it.each(table)(`${product} %j is %s`, async (word, status, isFinal) => {
      const { run } = await read(product, { status: word });
      expect([run.status, run.rawStatus, run.isFinal]).toEqual([status, word, isFinal]);
    });
  }

  it.each([
    ["Finished", 0, "SUCCESS"],
    ["Finished", 205, "FAILED"],
    ["Finished", "", "FINISHED"],
    ["Running", 0, "RUNNING"],
    ["success", 0, "SUCCESS"],
    ["PartialFailed", 0, "PARTIAL_FAILED"],
    ["Stopped", 0, "STOPPED"],
  ])("without InvocationStatus, of InvokeStatus %s and exit code %p, is %s", async (word, ExitCode, status) => {
    const wire = { InvocationStatus: undefined, InvokeStatus: word };
    const { run } = await read("ECS", { wire }, { wire: { InvocationStatus: undefined, ExitCode } });
    expect([run.status, run.rawStatus]).toEqual([status, word]);
  });

  it("Finished is not over while an instance goes on, as its counts say", async () => {
    const wire = { InvocationStatus: undefined, InvokeStatus: "Finished" };
    const going = { InvocationStatus: undefined, InstanceInvokeStatus: "Running", ExitCode: 0 };
    const { run } = await read("ECS", { wire }, { wire: going });
    expect([run.status, run.rawStatus, run.isFinal]).toEqual(["RUNNING", "Finished", false]);
  });
});
