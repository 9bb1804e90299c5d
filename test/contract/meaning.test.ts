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

describe("an end is told of what is over, and of nothing else:", () => {
  const [StartTime, end] = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:08Z"];
  const wire = { StartTime, FinishTime: end, FinishedTime: end };
  const TOLD = "2026-01-02T03:04:08.000Z";
  const words: readonly [string, string | null, number | null][] = [
    ["Running", null, null],
    ["Stopping", null, null],
    ["Pending", null, null],
    ["Suspended", null, null],
    ["Failed", TOLD, 3_000],
    ["Success", TOLD, 3_000],
  ];
  for (const product of both) {
    it.each(words)(`${product} %s`, async (status, finishTime, durationMs) => {
      const { item, result } = await read(product, { status }, { status, wire });
      const own = ({ finishTime, durationMs }: Record<"finishTime" | "durationMs", unknown>) => ({
        finishTime,
        durationMs,
      });
      expect([own(item), own(result)]).toEqual([
        { finishTime, durationMs },
        { finishTime, durationMs },
      ]);
    });
  }
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
    const told = "The command execution exit code is not zero.";
    const paired = await read("SWAS", {}, { status: "Failed", wire: { ErrorCode: " ", ErrorInfo: told } });
    expect(paired.item.error).toEqual({ code: "ExitCodeNonzero", info: told });
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
    ['{"id":12345678901234567890,"n":[-9007199254740993]}', { id: "12345678901234567890", n: ["-9007199254740993"] }],
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
