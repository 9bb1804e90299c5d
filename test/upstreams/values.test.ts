import { describe, expect, it } from "@jest/globals";
import { durationMsOf } from "#domain";
import { fromBase64, toInstant } from "#upstreams";
import { createBench, NOTHING } from "./stub.ts";

const ZONES = { blank: "+08:00", t: "Z" };

describe("times in every shape that was seen", () => {
  it.each<readonly [string, string | null]>([
    ["2022-07-11T06:37:16Z", "2022-07-11T06:37:16.000Z"],
    ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"],
    ["2022-07-11T24:37:16Z", null],
    ["2022-07-11T06:37:16.5Z", "2022-07-11T06:37:16.500Z"],
    ["2022-07-11T06:37:16.123456789Z", "2022-07-11T06:37:16.123Z"],
    ["2020-11-17T06:52Z", "2020-11-17T06:52:00.000Z"],
    ["2023-04-27T10:11:58", "2023-04-27T10:11:58.000Z"],
    ["2018-01-05 15:45:02", "2018-01-05T07:45:02.000Z"],
    ["2018-01-05 15:45:02Z", "2018-01-05T15:45:02.000Z"],
    ["2018-01-05T15:45:02+08:00", "2018-01-05T07:45:02.000Z"],
    ["2018-01-05T15:45:02+0800", "2018-01-05T07:45:02.000Z"],
    [" 2022-07-11T06:37:16Z\n", "2022-07-11T06:37:16.000Z"],
    ["2022-13-11T06:37:16Z", null],
    ["2026-02-30T12:00:00Z", null],
    ["2026-02-29T12:00:00Z", null],
    ["2026-04-31 12:00:00", null],
    ["2026-04-30 12:00:00", "2026-04-30T04:00:00.000Z"],
    ["2026-13-01 00:00:00", null],
    ["2026-12-31T25:00:00Z", null],
    ["2026-12-31T23:59:59Z", "2026-12-31T23:59:59.000Z"],
    ["0000-00-00 00:00:00", null],
    ["0001-01-01T00:00:00Z", null],
    ["0001-01-01 00:00:00", null],
    ["1969-12-31T23:59:59Z", null],
    ["1970-01-01T00:00:00Z", null],
    ["1970-01-01T00:00:00.000Z", null],
    ["1970-01-01 00:00:00", null],
    ["1970-01-01 08:00:00", null],
    ["1970-01-01T08:00:00", null],
    ["1970-01-01T08:00:00+08:00", null],
    ["1970-01-02T00:00:00Z", "1970-01-02T00:00:00.000Z"],
    ["1979-12-31T23:59:59Z", "1979-12-31T23:59:59.000Z"],
    ["2022-07-11", null],
    ["1657521436", null],
    ["yesterday", null],
  ])("%s", (text, instant) => {
    expect(toInstant(text, ZONES)).toBe(instant);
  });

  it("take the zones that are set where they name none", async () => {
    const bench = createBench(
      "ECS",
      () => ({
        Invocations: [
          {
            InvokeId: "t-1",
            CreationTime: "2023-04-27T10:11:58",
            InvokeInstances: [{ InstanceId: "i-1", StartTime: "2018-01-05 15:45:02" }],
          },
        ],
      }),
      { zones: { blank: "Z", t: "+08:00" } },
    );
    const run = await bench.upstream.readInvocation("t-1", NOTHING, bench.operation);
    expect([run?.creationTime, run?.instances[0]?.startTime]).toEqual([
      "2023-04-27T02:11:58.000Z",
      "2018-01-05T15:45:02.000Z",
    ]);
  });
});

describe("a time that means never", () => {
  const NEVER = ["1970-01-01T00:00:00Z", "1970-01-01 08:00:00", "0001-01-01T00:00:00Z", "0000-00-00 00:00:00"];
  const END = "2026-01-02T03:04:05Z";

  it.each(NEVER.flatMap((never) => [[never, "ECS"] as const, [never, "SWAS"] as const]))(
    "is none in every field of a run, without a notice: %s of %s",
    async (never, provider) => {
      const times = { CreationTime: never, StartTime: never, StopTime: never, UpdateTime: never };
      const row = { InstanceId: "i-1", InvocationStatus: "Success", ...times, FinishTime: END, FinishedTime: END };
      const bench = createBench(provider, () => ({
        Invocations: [{ InvokeId: "t-1", InvocationStatus: "Success", CreationTime: never, InvokeInstances: [row] }],
        CommandInvocations: [
          { InvokeId: "t-1", InvocationStatus: "Success", CreationTime: never, InvokeInstances: [row] },
        ],
      }));
      const run = await bench.upstream.readInvocation("t-1", NOTHING, bench.operation);
      if (run === null) throw new Error("There is a run.");
      const { creationTime, startTime, stopTime, updateTime, finishTime } = run.instances[0] ?? {};
      expect([run.creationTime, creationTime, startTime, stopTime, updateTime, finishTime]).toEqual([
        null,
        null,
        null,
        null,
        null,
        "2026-01-02T03:04:05.000Z",
      ]);
      expect([durationMsOf(run), bench.notices]).toEqual([null, []]);
    },
  );

  it.each(NEVER)("is no sign of life of an agent: %s", async (never) => {
    const agent = { InstanceId: "i-1", LastHeartbeatTime: never, LastInvokedTime: never };
    const bench = createBench("ECS", () => ({ InstanceCloudAssistantStatusSet: [agent] }));
    const [read] = (await bench.upstream.readAgentStates?.(["i-1"], bench.operation)) ?? [];
    expect([read?.instanceId, read?.lastHeartbeatTime, read?.lastInvokedTime, bench.notices]).toEqual([
      "i-1",
      null,
      null,
      [],
    ]);
  });
});

describe("base64 as it comes", () => {
  it.each<readonly [string, string, string | null]>([
    ["usual", "MTU6MzA6MDEK", "15:30:01\n"],
    ["with line breaks", "MTU6\nMzA6\r\nMDEK", "15:30:01\n"],
    ["without padding", "MTU6MzA6MDE", "15:30:01"],
    ["with padding", "MTU6MzA6MDE=", "15:30:01"],
    ["URL-safe", "fn5-Pz8_", "~~~???"],
    ["another character", "hello world!", null],
    ["a length that no bytes have", "OutputMsg", null],
    ["padding inside", "MT=6MzA6MDEK", null],
    ["padding of nothing", "==", null],
    ["a single sign of padding", "=\n", null],
    ["nothing", "", ""],
  ])("%s", (_name, text, expected) => {
    const bytes = fromBase64(text);
    expect(bytes === null ? null : Buffer.from(bytes).toString()).toBe(expected);
  });
});
