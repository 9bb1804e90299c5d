import { describe, expect, it } from "@jest/globals";
import { groupReasons } from "../../src/page/state/reasons.ts";
import {
  admitArrivals,
  appendPage,
  beginList,
  idsToRefresh,
  mergeHead,
  type Run,
  type RunList,
  type RunPage,
  updateRuns,
} from "../../src/page/state/run-list.ts";
import type { Server } from "../../src/page/state/server-list.ts";

/** A run whose id tells its second; `2` is newer than `1`. */
function run(second: number, status: Run["status"] = "SUCCESS"): Run {
  return {
    id: String(second),
    provider: "ECS",
    account: "default",
    regionId: "cn-hangzhou",
    invokeId: `t-${second}`,
    status,
    rawStatus: null,
    isGoneUpstream: false,
    isFinal: status !== "RUNNING",
    creationTime: new Date(second * 1_000).toISOString(),
    timed: false,
    command: { commandId: null, name: "check", type: null },
    statusCounts: [],
  };
}

function page(runs: readonly Run[], endCursor: string | null = null): RunPage {
  return { nodes: runs, pageInfo: { hasNextPage: endCursor !== null, endCursor }, sources: [] };
}

const idsOf = ({ runs, arrivals }: RunList): readonly string[][] => [
  runs.map(({ id }) => id),
  arrivals.map(({ id }) => id),
];

describe("the list of runs", () => {
  const list = beginList(page([run(5), run(4, "RUNNING"), run(3)], "c3"));

  it("goes on behind its end, each run once", () => {
    const longer = appendPage(list, page([run(3), run(2)]));
    expect(idsOf(longer)).toEqual([["5", "4", "3", "2"], []]);
    expect([longer.endCursor, longer.hasMore]).toEqual([null, false]);
  });

  it("takes new runs at their places and brings known ones up to date", () => {
    const next = mergeHead(list, page([run(7), run(6), run(4, "FAILED")], "c4"), false);
    expect(idsOf(next)).toEqual([["7", "6", "5", "4", "3"], []]);
    expect(next.runs[3]?.status).toBe("FAILED");
    expect(next.endCursor).toBe("c3");
  });

  it("moves nothing under a reader who scrolled: new runs wait", () => {
    const held = mergeHead(mergeHead(list, page([run(6), run(5)], "c"), true), page([run(7), run(6)], "c"), true);
    expect(idsOf(held)).toEqual([
      ["5", "4", "3"],
      ["7", "6"],
    ]);
    expect(idsOf(admitArrivals(held))).toEqual([["7", "6", "5", "4", "3"], []]);
  });

  it("takes a late run of a slow source at its place", () => {
    expect(idsOf(mergeHead(list, page([run(5), { ...run(4.5), id: "late" }], "c"), false))[0]).toEqual([
      "5",
      "late",
      "4",
      "3",
    ]);
  });

  it("begins anew when more came than a page holds", () => {
    expect(idsOf(mergeHead(list, page([run(99), run(98)], "c98"), true))).toEqual([["99", "98"], []]);
  });

  it("stays when a first page is empty or the list was", () => {
    expect(idsOf(mergeHead(list, page([]), false))[0]).toEqual(["5", "4", "3"]);
    expect(idsOf(mergeHead(beginList(page([])), page([run(1)]), false))[0]).toEqual(["1"]);
  });

  it("asks again for what may change, and drops what the filter no longer wants", () => {
    expect(idsToRefresh(list, new Set())).toEqual(["4"]);
    expect(idsToRefresh(list, new Set(["4"]))).toEqual([]);
    const state = {
      __typename: "Invocation",
      id: "4",
      status: "SUCCESS",
      rawStatus: null,
      isFinal: true,
      statusCounts: [],
    };
    const answer = { nodes: [state, null] } as Parameters<typeof updateRuns>[1];
    expect(updateRuns(list, answer, () => true).runs.map(({ status }) => status)).toEqual([
      "SUCCESS",
      "SUCCESS",
      "SUCCESS",
    ]);
    expect(idsOf(updateRuns(list, answer, () => false))[0]).toEqual(["5", "3"]);
  });

  it("has runs without a time last", () => {
    const timeless = { ...run(0), id: "none", creationTime: null };
    expect(idsOf(mergeHead(list, page([timeless, run(5)], "c"), false))[0]).toEqual(["5", "4", "3", "none"]);
  });
});

describe("groupReasons", () => {
  const server = (id: string, status: Server["status"], code: string | null, exitCode: number | null): Server => ({
    id,
    instanceId: id,
    instance: null,
    status,
    rawStatus: null,
    isFinal: true,
    startTime: null,
    finishTime: null,
    durationMs: null,
    exitCode,
    error: code === null ? null : { code, class: "AGENT", info: `${code}!`, remedy: "Look." },
  });

  it("names each reason once, the most frequent first, and leaves out what went well", () => {
    const servers = [
      server("a", "FAILED", "ExitCodeNonzero", 2),
      server("b", "ERROR", "ClientNotOnline", null),
      server("c", "ERROR", "ClientNotOnline", null),
      server("d", "SUCCESS", null, 0),
      server("e", "TIMEOUT", null, null),
    ];
    expect(groupReasons(servers).map(({ code, exitCode, servers: alike }) => [code, exitCode, alike.length])).toEqual([
      ["ClientNotOnline", null, 2],
      ["ExitCodeNonzero", 2, 1],
      [null, null, 1],
    ]);
  });
});
