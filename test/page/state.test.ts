import { describe, expect, it } from "@jest/globals";
import { NO_FILTERS, readFilters, toInvocationFilter, writeFilters } from "../../src/page/state/filters.ts";
import { formatAge, formatDuration, formatInstant } from "../../src/page/state/format.ts";
import { createPatience } from "../../src/page/state/late-outputs.ts";
import { outputPath, readRoute, runPath } from "../../src/page/state/navigation.ts";
import { firstRowAt, heightOf, topOfRow } from "../../src/page/state/virtual.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

describe("what a run printed", () => {
  it("is asked for while it goes on, and for a minute after that if its end is not known", () => {
    let now = 0;
    const mayTellMore = createPatience(() => now);
    const at = (time: number, isFinal: boolean, isKnown: boolean): boolean => {
      now = time;
      return mayTellMore({ isFinal, isKnown });
    };
    expect([at(0, false, true), at(5_000, true, false), at(59_000, true, false)]).toEqual([true, true, true]);
    expect([at(60_000, true, false), at(5_000, true, true)]).toEqual([false, false]);
    expect(createPatience(() => 0)({ isFinal: true, isKnown: false })).toBe(false);
  });
});

describe("filters", () => {
  const full = {
    state: "failed",
    provider: "ECS",
    regionId: "cn-hangzhou",
    account: "prod",
    commandName: "deploy & 👍 שלום",
    instanceId: "i-1",
    since: "",
    from: "2026-01-01T00:00",
    until: "2026-01-02T00:00",
  } as const;

  it("go into the address and come back", () => {
    expect(readFilters(writeFilters(full))).toEqual(full);
    expect(readFilters(writeFilters({ ...NO_FILTERS, since: "24h" }))).toEqual({ ...NO_FILTERS, since: "24h" });
    expect(writeFilters(NO_FILTERS)).toBe("");
  });

  it("leave out what nobody could have meant", () => {
    expect(readFilters("?state=odd&product=OSS&since=1y&from=yesterday&until=%%&foo=1")).toEqual(NO_FILTERS);
  });

  it("become what the gateway is asked for", () => {
    expect(toInvocationFilter(NO_FILTERS, NOW)).toBeNull();
    expect(toInvocationFilter({ ...NO_FILTERS, state: "running", since: "1h" }, NOW)).toEqual({
      statusIn: ["RUNNING", "PENDING", "STOPPING"],
      createdAfter: "2026-01-02T02:04:05.000Z",
    });
    expect(toInvocationFilter(full, NOW)).toEqual({
      statusIn: ["FAILED", "PARTIAL_FAILED"],
      providerIn: ["ECS"],
      regionIdIn: ["cn-hangzhou"],
      accountIn: ["prod"],
      commandName: "deploy & 👍 שלום",
      instanceId: "i-1",
      createdAfter: new Date("2026-01-01T00:00").toISOString(),
      createdBefore: new Date("2026-01-02T00:00").toISOString(),
    });
  });
});

describe("addresses", () => {
  const read = (address: string) => readRoute(new URL(address, "http://page"));

  it("name the views", () => {
    expect(read("/?state=failed")).toEqual({ view: "runs" });
    expect(read("/runs/")).toEqual({ view: "runs" });
    expect(read(runPath("a/b", "earlier"))).toEqual({ view: "run", runId: "a/b", tab: "earlier" });
    expect(read(`${outputPath("r", "s")}#L12`)).toEqual({ view: "output", runId: "r", serverId: "s", line: 12 });
  });

  it.each(["/other", "/runs/a/b/c", "/runs/%E0%A4%A", "/runs/a/%E0%A4%A"])("%s is nowhere", (address) => {
    expect(read(address)).toEqual({ view: "nowhere" });
  });

  it("ignore a tab or a line that there is not", () => {
    expect(read("/runs/a?view=odd")).toEqual({ view: "run", runId: "a", tab: "servers" });
    expect(read("/runs/a/b#Lx")).toEqual({ view: "output", runId: "a", serverId: "b", line: null });
  });
});

describe("times", () => {
  it.each([
    [0, "0s ago", "0秒前"],
    [59_999, "59s ago", "59秒前"],
    [3_600_000, "1h ago", "1小时前"],
    [200_000_000, "2d ago", "2天前"],
    [-5_000, "0s ago", "0秒前"],
  ])("%d ms is %j", (past, english, chinese) => {
    expect(formatAge(NOW - past, NOW, "en-GB")).toBe(english);
    expect(formatAge(NOW - past, NOW, "zh-CN")).toBe(chinese);
  });

  it.each([
    [0, "0ms"],
    [12_345, "12.3s"],
    [60_000, "1m"],
    [245_000, "4m 5s"],
    [7_380_000, "2h 3m"],
  ])("%d ms last %j", (milliseconds, text) => {
    expect(formatDuration(milliseconds, "en-GB")).toBe(text);
  });

  it("an instant names its zone", () => {
    expect(formatInstant(NOW, "en-GB", "Asia/Shanghai")).toBe("2 Jan 2026, 11:04:05 GMT+8");
  });
});

describe("a list of rows", () => {
  it("has each row at its place while it can be scrolled", () => {
    const view = { count: 100, rowHeight: 20, viewHeight: 200 };
    expect([heightOf(view), firstRowAt(view, 30), topOfRow(view, 7)]).toEqual([2_000, 1.5, 140]);
    expect(firstRowAt(view, 99_999)).toBe(90);
    expect(firstRowAt({ ...view, count: 3 }, 0)).toBe(0);
  });

  it("reaches every row of more than browsers can scroll", () => {
    const view = { count: 4_000_000, rowHeight: 20, viewHeight: 200 };
    expect(heightOf(view)).toBe(8_000_000);
    expect(firstRowAt(view, 0)).toBe(0);
    expect(firstRowAt(view, heightOf(view) - 200)).toBe(3_999_990);
    expect(Math.round(firstRowAt(view, topOfRow(view, 1_234_567)))).toBe(1_234_567);
  });
});
