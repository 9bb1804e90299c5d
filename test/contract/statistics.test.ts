import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Rig, startRig } from "./rig.ts";
import { type FarFault, refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

const NOON = Date.UTC(2026, 0, 2, 12);
const times = (at: number, seconds: number) => ({
  StartTime: new Date(at).toISOString(),
  FinishTime: new Date(at + seconds * 1_000).toISOString(),
  FinishedTime: new Date(at + seconds * 1_000).toISOString(),
});
/** Two runs an hour; every fourth fails; the n-th takes n seconds. */
const runs: Run[] = Array.from({ length: 100 }, (_, index) => {
  const at = NOON - index * 1_800_000;
  return {
    invokeId: `t-n${String(index).padStart(3, "0")}`,
    at,
    commandName: index % 2 === 0 ? "backup" : "deploy",
    status: index % 4 === 0 ? "Failed" : "Success",
    executions: [
      {
        instanceId: `i-${index % 3}`,
        status: index % 4 === 0 ? "Failed" : "Success",
        exitCode: index % 4 === 0 ? 1 : 0,
        wire: times(at, index + 1),
      },
    ],
  };
});
const place = () => createPlace(runs);
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ "ECS/cn-hangzhou": place(), "ECS/cn-beijing": createPlace([]) });
});
afterAll(() => rig.stop());

const STATISTICS = `query ($by: StatisticsGroup!, $filter: InvocationFilter, $interval: StatisticsInterval) {
  rows: statistics(by: $by, filter: $filter, interval: $interval) {
    key isRest intervalStart count finalCount failedCount failureRate statusCounts { status count }
    durationMs { p50 p90 p99 } latestTime isComplete } }`;
const since = (index: number) => ({ createdAfter: new Date(NOON - index * 1_800_000).toISOString() });

describe("statistics", () => {
  it("count what is known if no beginning is named, and say so", async () => {
    const own = await startRig({ "ECS/cn-hangzhou": place() });
    try {
      const { data } = await own.ask(STATISTICS, { by: "NONE" });
      expect(data.rows).toMatchObject([{ count: 50, isComplete: false }]);
      expect(own.far.calls.length).toBe(1);
    } finally {
      await own.stop();
    }
  });

  it("read on to the beginning once", async () => {
    const { data } = await rig.ask(STATISTICS, { by: "NONE", filter: since(99) });
    expect(data.rows).toEqual([
      {
        key: null,
        isRest: false,
        intervalStart: null,
        count: 100,
        finalCount: 100,
        failedCount: 25,
        failureRate: 0.25,
        statusCounts: [
          { status: "FAILED", count: 25 },
          { status: "SUCCESS", count: 75 },
        ],
        durationMs: { p50: 50_000, p90: 90_000, p99: 99_000 },
        latestTime: "2026-01-02T12:00:00.000Z",
        isComplete: true,
      },
    ]);
    rig.far.calls.length = 0;
    await rig.ask(STATISTICS, { by: "COMMAND", filter: since(99) });
    expect(rig.far.calls).toEqual([]);
  });

  it.each([
    [
      "COMMAND",
      [
        ["backup", 50, 25],
        ["deploy", 50, 0],
      ],
    ],
    [
      "INSTANCE",
      [
        ["i-0", 34, 9],
        ["i-1", 33, 8],
        ["i-2", 33, 8],
      ],
    ],
    [
      "STATUS",
      [
        ["SUCCESS", 75, 0],
        ["FAILED", 25, 25],
      ],
    ],
    ["PROVIDER", [["ECS", 100, 25]]],
    ["REGION", [["cn-hangzhou", 100, 25]]],
    ["ACCOUNT", [["default", 100, 25]]],
  ])("by %s", async (by, expected) => {
    const { data } = await rig.ask(STATISTICS, { by, filter: since(99) });
    const rows = data.rows.map((row: { key: string; count: number; failedCount: number }) => [
      row.key,
      row.count,
      row.failedCount,
    ]);
    expect(rows).toEqual(expected);
  });

  it("are not complete if a region does not offer any more what it did", async () => {
    const own = await startRig(
      { "ECS/cn-hangzhou": place(), "ECS/cn-beijing": createPlace([]) },
      { FRESHNESS_MS: "1" },
    );
    try {
      expect((await own.ask(STATISTICS, { by: "NONE", filter: since(9) })).data.rows).toMatchObject([
        { count: 10, isComplete: true },
      ]);
      own.far.interfere = ({ regionId }) =>
        regionId === "cn-hangzhou" ? refusal(400, "RegionId.ApiNotSupported") : null;
      for (let time = 0; time < 2; time += 1) {
        expect((await own.ask(STATISTICS, { by: "NONE", filter: since(9) })).data.rows).toMatchObject([
          { count: 10, isComplete: false },
        ]);
      }
    } finally {
      await own.stop();
    }
  });

  it.each([
    ["NONE", false],
    ["DAY", false],
    ["STATUS", true],
    ["INSTANCE", true],
  ])(
    "by %s have a row of no runs if runs may be missing, and no row if there are certainly none",
    async (by, isRest) => {
      const own = await startRig({ "ECS/cn-hangzhou": place(), "ECS/cn-beijing": createPlace([]) });
      try {
        own.far.interfere = ({ regionId }) => (regionId === "cn-hangzhou" ? refusal(403, "Forbidden.RAM") : null);
        expect((await own.ask(STATISTICS, { by, filter: since(99) })).data.rows).toEqual([
          {
            key: null,
            isRest,
            intervalStart: null,
            count: 0,
            finalCount: 0,
            failedCount: 0,
            failureRate: null,
            statusCounts: [],
            durationMs: null,
            latestTime: null,
            isComplete: false,
          },
        ]);
        const filter = { ...since(99), regionIdIn: ["cn-beijing"] };
        expect((await own.ask(STATISTICS, { by, filter })).data.rows).toEqual([]);
      } finally {
        await own.stop();
      }
    },
  );

  it("by stretches of time, the newest first", async () => {
    const { data } = await rig.ask(STATISTICS, { by: "DAY", filter: since(99) });
    const timed = ({ key, intervalStart, count }: { key: string; intervalStart: string; count: number }) => [
      key,
      intervalStart,
      count,
    ];
    expect(data.rows.map(timed)).toEqual([
      ["2026-01-02T00:00:00.000Z", "2026-01-02T00:00:00.000Z", 25],
      ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", 48],
      ["2025-12-31T00:00:00.000Z", "2025-12-31T00:00:00.000Z", 27],
    ]);
    const hours = await rig.ask(STATISTICS, { by: "COMMAND", interval: "HOUR", filter: since(3) });
    expect(
      hours.data.rows.map((row: { intervalStart: string; key: string; count: number }) => [
        row.intervalStart,
        row.key,
        row.count,
      ]),
    ).toEqual([
      ["2026-01-02T12:00:00.000Z", "backup", 1],
      ["2026-01-02T11:00:00.000Z", "backup", 1],
      ["2026-01-02T11:00:00.000Z", "deploy", 1],
      ["2026-01-02T10:00:00.000Z", "deploy", 1],
    ]);
  });

  it.each<[string, FarFault]>([
    ["fails", refusal(403, "Forbidden.RAM")],
    ["is throttled", refusal(400, "Throttling.User")],
    ["does not answer", "silent"],
  ])("are not complete while a source whose runs are known %s", async (_name, fault) => {
    const settings = { FRESHNESS_MS: "1", SOFT_DEADLINE_MS: "300" };
    const own = await startRig(
      { "ECS/cn-hangzhou": createPlace(runs.slice(0, 10)), "ECS/cn-beijing": place() },
      settings,
    );
    const isComplete = async (filter?: object) => {
      const { data } = await own.ask(STATISTICS, { by: "NONE", filter });
      return data.rows.map((row: { isComplete: boolean }) => row.isComplete);
    };
    const named = { ...since(99), instanceNameContains: "name" };
    try {
      await own.ask("{ instances { nodes { name } } }");
      expect([await isComplete(since(99)), await isComplete(), await isComplete(named)]).toEqual([
        [true],
        [true],
        [true],
      ]);
      own.far.interfere = ({ regionId }) => (regionId === "cn-hangzhou" ? fault : null);
      expect([await isComplete(since(99)), await isComplete(), await isComplete(named)]).toEqual([
        [false],
        [false],
        [false],
      ]);
      expect(await isComplete({ ...since(99), regionIdIn: ["cn-beijing"] })).toEqual([true]);
    } finally {
      await own.stop();
    }
  });

  it("are not complete if servers of a source have no names", async () => {
    const own = await startRig({ "ECS/cn-hangzhou": place(), "ECS/cn-beijing": place() });
    own.far.interfere = ({ regionId, action }) =>
      regionId === "cn-hangzhou" && action === "DescribeInstances" ? refusal(403, "Forbidden.RAM") : null;
    try {
      const filter = { ...since(99), instanceNameContains: "name" };
      expect((await own.ask(STATISTICS, { by: "NONE", filter })).data.rows).toMatchObject([
        { count: 100, isComplete: false },
      ]);
    } finally {
      await own.stop();
    }
  });

  it("refuse more stretches of time than anybody reads", async () => {
    const filter = { createdAfter: "2020-01-01T00:00:00Z", createdBefore: "2026-01-01T00:00:00Z" };
    const { errors } = await rig.ask(STATISTICS, { by: "COMMAND", interval: "HOUR", filter });
    expect(errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT", argument: "interval" } });
  });

  it("give nothing for what matches nothing", async () => {
    expect((await rig.ask(STATISTICS, { by: "COMMAND", filter: { commandNameContains: "nobody" } })).data.rows).toEqual(
      [],
    );
  });
});
