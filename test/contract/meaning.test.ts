import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { createPlace, type Execution, type Place, type Run } from "./world.ts";

const SERVER = "c".repeat(32);
const places = { "ECS/cn-hangzhou": createPlace([]), "SWAS/cn-hangzhou": createPlace([]) };
let rig: Rig;
let number = 0;
beforeAll(async () => {
  rig = await startRig(places);
});
afterAll(() => rig.stop());

type Product = "ECS" | "SWAS";

const FIELDS = {
  run: "status rawStatus isFinal creationTime parameters timed repeatMode frequency timeoutSeconds username workingDir tags { key value } command { name description type content contentBase64 } statusCounts { status count }",
  item: "status rawStatus isFinal creationTime startTime finishTime stopTime updateTime durationMs exitCode error { code info } repeats",
  result: "status rawStatus isFinal startTime finishTime durationMs exitCode error { code info } repeats username",
  output: "output { text base64 byteLength droppedBytes truncated charset lossy }",
};

/** What the gateway makes of one run on one server. */
async function read(product: Product, run: Partial<Run>, execution: Partial<Execution> = {}) {
  const place = places[`${product}/cn-hangzhou` as const];
  number += 1;
  const invokeId = `t-m${number}`;
  const instanceId = product === "ECS" ? "i-1" : SERVER;
  place.runs.unshift({
    invokeId,
    at: Date.UTC(2026, 0, 2) + number * 1_000,
    executions: [{ instanceId, ...execution }],
    ...run,
  });
  const query = `{ invocation(provider: ${product}, regionId: "cn-hangzhou", invokeId: "${invokeId}") { ${FIELDS.run}
    instanceInvocations { nodes { ${FIELDS.item} result { ${FIELDS.result} ${FIELDS.output} } } } } }`;
  const { data, errors } = await rig.ask(query);
  expect(errors).toBeUndefined();
  const { instanceInvocations, ...rest } = data.invocation;
  const [item] = instanceInvocations.nodes;
  return { run: rest, item, result: item?.result, output: item?.result?.output };
}

const both: readonly Product[] = ["ECS", "SWAS"];

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
    ["Finished", 0, "FINISHED"],
    ["Running", 0, "RUNNING"],
    ["success", 0, "SUCCESS"],
    ["PartialFailed", 0, "PARTIAL_FAILED"],
    ["Stopped", 0, "STOPPED"],
  ])("without InvocationStatus, of InvokeStatus %s and exit code %p, is %s", async (word, ExitCode, status) => {
    const wire = { InvocationStatus: undefined, InvokeStatus: word };
    const { run } = await read("ECS", { wire }, { wire: { InvocationStatus: undefined, ExitCode } });
    expect([run.status, run.rawStatus]).toEqual([status, word]);
  });
});

describe("times", () => {
  const table: readonly [unknown, string | null][] = [
    ["2022-07-11T06:37:16Z", "2022-07-11T06:37:16.000Z"],
    ["2020-11-17T06:52Z", "2020-11-17T06:52:00.000Z"],
    ["2023-04-27T10:11:58", "2023-04-27T10:11:58.000Z"],
    ["2018-01-05 15:45:02", "2018-01-05T07:45:02.000Z"],
    ["2018-01-05T15:45:02+08:00", "2018-01-05T07:45:02.000Z"],
    ["2018-01-05T15:45:02.123Z", "2018-01-05T15:45:02.123Z"],
    ["", null],
    [" ", null],
    [null, null],
    [undefined, null],
  ];
  const instant = (value: string | null) => (value === null ? null : Date.parse(value));
  for (const product of both) {
    it.each(table)(`${product} %p is %p`, async (value, expected) => {
      const { run, item } = await read(product, { wire: { CreationTime: value } }, { wire: { StartTime: value } });
      expect([instant(run.creationTime), instant(item.startTime)]).toEqual([instant(expected), instant(expected)]);
    });
  }

  it("make no duration where one is missing or they are the wrong way round", async () => {
    const ends = (StartTime: string, end: string) => ({ wire: { StartTime, FinishTime: end, FinishedTime: end } });
    const [from, to] = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:08Z"];
    const durations = [
      await read("ECS", {}, ends(from, to)),
      await read("SWAS", {}, ends(from, to)),
      await read("SWAS", {}, ends(to, from)),
      await read("ECS", {}, ends("", to)),
      await read("ECS", {}, ends(from, " ")),
      await read("ECS", {}, ends(from, from)),
    ].map(({ item }) => item.durationMs);
    expect(durations).toEqual([3_000, 3_000, null, null, null, 0]);
  });
});

describe("nothing", () => {
  it.each(["", " ", null, undefined])("%p is null", async (value) => {
    const run = { Frequency: value, CommandDescription: value, CommandName: value };
    const record = {
      StopTime: value,
      UpdateTime: value,
      FinishTime: value,
      FinishedTime: value,
      StartTime: value,
      ErrorCode: value,
      ErrorInfo: value,
      CreationTime: value,
    };
    const { run: read1, item } = await read("ECS", { wire: run }, { wire: record });
    const { frequency, command } = read1;
    const { stopTime, updateTime, finishTime, startTime, creationTime, error } = item;
    expect({
      frequency,
      name: command.name,
      description: command.description,
      stopTime,
      updateTime,
      finishTime,
      startTime,
      creationTime,
      error,
    }).toEqual({
      frequency: null,
      name: null,
      description: null,
      stopTime: null,
      updateTime: null,
      finishTime: null,
      startTime: null,
      creationTime: null,
      error: null,
    });
  });

  it("of an error's code is Unknown where a text came", async () => {
    const { item } = await read(
      "ECS",
      {},
      { status: "Failed", exitCode: 1, wire: { ErrorCode: "", ErrorInfo: "it broke" } },
    );
    expect(item.error).toEqual({ code: "Unknown", info: "it broke" });
    const { item: other } = await read(
      "ECS",
      {},
      { status: "Failed", exitCode: 1, wire: { ErrorCode: "Odd", ErrorInfo: " " } },
    );
    expect(other.error).toEqual({ code: "Odd", info: null });
  });

  it("is kept beside a success", async () => {
    const { item } = await read("ECS", {}, { wire: { ErrorCode: "InstanceNotExists", ErrorInfo: "gone" } });
    expect([item.status, item.error]).toEqual(["SUCCESS", { code: "InstanceNotExists", info: "gone" }]);
  });
});

describe("exit codes", () => {
  it.each([
    [0, "Success", 0],
    ["0", "Success", 0],
    [4_294_967_295, "Failed", 4_294_967_295],
    [-1_073_741_510, "Failed", -1_073_741_510],
    ["-1", "Error", -1],
    ["", "Failed", null],
    [0, "Running", null],
    [0, "Pending", null],
    [0, "Odd", null],
  ])("%p of a %s execution is %p", async (ExitCode, status, expected) => {
    for (const product of both) {
      const { item, result } = await read(product, {}, { status, wire: { ExitCode } });
      expect([product, item.exitCode, result.exitCode]).toEqual([product, expected, expected]);
    }
  });
});

describe("parameters", () => {
  it.each([
    ["{}", {}],
    [{}, {}],
    ['{"name":"Jack","n":1}', { name: "Jack", n: 1 }],
    [{ name: "Jack" }, { name: "Jack" }],
    [' {"a":"b"} ', { a: "b" }],
  ])("%j are %j", async (Parameters, expected) => {
    for (const product of both)
      expect((await read(product, { wire: { Parameters } })).run.parameters).toEqual(expected);
  });

  it.each(["", undefined, null, "no json", "[1]", "7"])("%j are an empty object or null", async (Parameters) => {
    for (const product of both) {
      const { parameters } = (await read(product, { wire: { Parameters } })).run;
      expect([{}, null]).toContainEqual(parameters);
    }
  });
});

describe("tags", () => {
  const tags = [{ key: "env", value: "prod" }];
  it.each([
    [{ Tag: [{ TagKey: "env", TagValue: "prod" }] }, tags],
    [[{ TagKey: "env", TagValue: "prod" }], tags],
    [[{ Key: "env", Value: "prod" }], tags],
    [{ Tag: { TagKey: "env", TagValue: "prod" } }, tags],
    [{ Tag: [] }, []],
    [{}, []],
    ["", []],
    [undefined, []],
    [null, []],
  ])("%j", async (Tags, expected) => {
    expect((await read("ECS", { wire: { Tags } })).run.tags).toEqual(expected);
  });
});

describe("output", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  const table: readonly [string, Uint8Array, string, string, boolean][] = [
    ["UTF-8", Buffer.from("héllo 中文\n"), "héllo 中文\n", "utf-8", false],
    ["GBK", bytes(0xd6, 0xd0, 0xce, 0xc4), "中文", "gb18030", false],
    ["UTF-8 with a mark", bytes(0xef, 0xbb, 0xbf, 0x6f, 0x6b), "ok", "utf-8", false],
    ["UTF-16LE with a mark", bytes(0xff, 0xfe, 0x6f, 0, 0x6b, 0), "ok", "utf-16le", false],
    ["UTF-16BE with a mark", bytes(0xfe, 0xff, 0, 0x6f, 0, 0x6b), "ok", "utf-16be", false],
    ["UTF-8 cut in its last character", Buffer.from("日志").subarray(0, 4), "日\ufffd", "utf-8", true],
    ["bytes that fit nothing", bytes(0x61, 0xff, 0xff, 0x62), "a\ufffd\ufffdb", "utf-8", true],
    ["NUL and escapes", Buffer.from("a\0\u001b[31mb\r\n"), "a\0\u001b[31mb\r\n", "utf-8", false],
  ];
  it.each(table)("decodes %s", async (_name, output, text, charset, lossy) => {
    const { output: read1 } = await read("ECS", {}, { output });
    expect(read1).toEqual({
      text,
      base64: Buffer.from(output).toString("base64"),
      byteLength: output.length,
      droppedBytes: 0,
      truncated: false,
      charset,
      lossy,
    });
  });

  it("that lost its middle stays UTF-8 and says so", async () => {
    const cut = Buffer.concat([Buffer.from("头中").subarray(0, 5), Buffer.from("中尾").subarray(1)]);
    const { output } = await read("ECS", {}, { output: cut, wire: { Dropped: 18_234 } });
    expect(output).toMatchObject({ charset: "utf-8", lossy: true, truncated: true, droppedBytes: 18_234 });
    expect(output.text.startsWith("头")).toBe(true);
    expect(output.text.endsWith("尾")).toBe(true);
  });

  it.each(["", " ", null, undefined])("that is %p is null", async (Output) => {
    for (const product of both) expect((await read(product, {}, { wire: { Output } })).output).toBeNull();
  });

  it.each([
    ["MTU6MzA6\nMDEK", "15:30:01\n"],
    ["MTU6MzA6MDE", "15:30:01"],
    ["8J-YgA", "😀"],
  ])("%j in base64 of another sort is read", async (Output, text) => {
    expect((await read("ECS", {}, { wire: { Output } })).output?.text).toBe(text);
  });

  it("of a running execution is what is there so far", async () => {
    const { output, item } = await read("ECS", {}, { status: "Running", output: "step 1\n" });
    expect([output.text, item.exitCode]).toEqual(["step 1\n", null]);
  });

  it("of a server of 24 KB comes whole", async () => {
    const text = "0123456789abcdef".repeat(1_536);
    expect((await read("ECS", {}, { output: text })).output).toMatchObject({ text, byteLength: 24_576 });
  });
});

describe.each(["plain", "base64"] as const)("output on SWAS where the list has it in %s", (swasEncoding) => {
  const texts = ["disk", "file", "YWRtaW4K", "admin\n", "OutputMsg", "中文\n", "a+b/c=d=", "aGVsbG8=", "ok "];
  const run = (output: string, index: number): Run => ({
    invokeId: `t-e${index}`,
    at: Date.UTC(2026, 0, 2) - index * 1_000,
    executions: [{ instanceId: SERVER, output }],
  });

  it.each(["auto", swasEncoding])("is what the command printed, set to %s", async (setting) => {
    const place: Place = createPlace(texts.map(run), { swasEncoding });
    const own = await startRig({ "SWAS/cn-beijing": place }, { SWAS_OUTPUT_ENCODING: setting });
    const { data, errors } = await own.ask(
      "{ invocations { nodes { command { content } instanceInvocations { nodes { result { output { text } } } } } } }",
    );
    const calls = own.far.calls.length;
    await own.stop();
    expect(errors).toBeUndefined();
    const nodes: {
      command: { content: string };
      instanceInvocations: { nodes: { result: { output: { text: string } } }[] };
    }[] = data.invocations.nodes;
    expect(nodes.map((node) => node.instanceInvocations.nodes[0]?.result.output.text)).toEqual(texts);
    expect(new Set(nodes.map((node) => node.command.content))).toEqual(new Set(["date\n"]));
    expect(calls).toBeLessThanOrEqual(setting === "auto" ? 2 : 1);
  });
});
