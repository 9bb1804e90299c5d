import { describe, expect, it } from "@jest/globals";
import { silentTelemetry } from "#domain";
import { createSwasUpstream } from "#upstreams/swas";
import type { Call } from "#wire";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { createBench, EVERYTHING, NOTHING, refusal, SWAS } from "./stub.ts";

const A = "ace0706b2ac4454d984295a942130001";

describe("SWAS finding out whether the list of all runs may be used", () => {
  it("costs nothing: the page that was read to find out is the list's first page", async () => {
    const bench = createBench("SWAS", () => ({
      CommandInvocations: [{ InvokeId: "t-2" }, { InvokeId: "t-1" }],
      TotalCount: 2,
    }));
    const [list] = await bench.upstream.openLists({}, NOTHING, bench.operation);
    const first = await list?.read(null, bench.operation);
    expect(first).toMatchObject({ runs: [{ invokeId: "t-2" }, { invokeId: "t-1" }], offset: 0, total: 2 });
    expect(bench.asked).toHaveLength(1);
    await list?.read(null, bench.operation);
    expect(bench.asked).toHaveLength(2);
  });

  it("costs one call where many ask at once", async () => {
    const bench = createBench("SWAS", () => ({ CommandInvocations: [{ InvokeId: "t-1" }], TotalCount: 1 }));
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => bench.upstream.openLists({}, NOTHING, bench.operation)),
    );
    const pages = await Promise.all(opened.map(([list]) => list?.read(null, bench.operation)));
    expect(pages.map((page) => page?.runs.length)).toEqual(opened.map(() => 1));
    expect(bench.asked).toHaveLength(1);
  });

  it("costs no page more for who asks while the encoding of that page is found out", async () => {
    const readFirst = async () => {
      const [list] = await bench.upstream.openLists({}, EVERYTHING, bench.operation);
      return list?.read(null, bench.operation);
    };
    const opened: ReturnType<typeof readFirst>[] = [];
    const record = { InstanceId: A, InvocationStatus: "Success", Output: "YWRtaW4K" };
    const bench = createBench(
      "SWAS",
      (action) => {
        if (action === "DescribeCommandInvocations") {
          return { CommandInvocations: [{ InvokeId: "t-1", InvokeInstances: [record] }], TotalCount: 1 };
        }
        opened.push(readFirst());
        return { InvocationResult: { InvokeId: "t-1", InstanceId: A, Output: "YWRtaW4K" } };
      },
      { outputEncoding: "auto" },
    );
    opened.push(readFirst());
    await opened[0];
    const pages = await Promise.all(opened);
    expect(pages.map((page) => page?.runs[0]?.instances[0]?.output?.bytes)).toEqual(
      opened.map(() => Buffer.from("admin\n")),
    );
    expect(bench.asked.map(([action]) => action)).toEqual(["DescribeCommandInvocations", "DescribeInvocationResult"]);
  });

  it("asks nothing for timed runs, which the product does not have", async () => {
    const bench = createBench("SWAS", () => ({ TotalCount: 0 }));
    expect(await bench.upstream.openLists({ timed: true }, NOTHING, bench.operation)).toEqual([]);
    expect(bench.asked).toEqual([]);
  });
});

describe("who waits while it is found out whether the list may be read", () => {
  it("finds out again where the operation that began it was broken off", async () => {
    const leader = new AbortController();
    const asked: string[] = [];
    const call: Call = async ({ action }, { signal }) => {
      asked.push(action);
      if (asked.length === 1) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw refusal("TIMEOUT", "Cancelled");
      }
      if (action === "DescribeCommandInvocations") throw refusal("FORBIDDEN", "NoPermission", 403);
      return { body: { TotalCount: 1, Instances: [{ InstanceId: A }] }, requestId: "R-1" };
    };
    const clock = createFakeClock();
    const upstream = createSwasUpstream({
      source: SWAS,
      call,
      telemetry: silentTelemetry,
      clock,
      outputEncoding: "plain",
    });
    const left = upstream.openLists({}, NOTHING, createOperation({ signal: leader.signal }));
    const waiting = upstream.openLists({}, NOTHING, createOperation());
    leader.abort();
    await expect(left).rejects.toMatchObject({ code: "TIMEOUT" });
    expect((await waiting).map(({ key }) => key)).toEqual([`invocations [["InstanceId","${A}"]]`]);
    expect(asked).toEqual(["DescribeCommandInvocations", "DescribeCommandInvocations", "ListInstances"]);
  });

  it("meets the upstream's error without asking again", async () => {
    const bench = createBench("SWAS", () => {
      throw refusal("UNAVAILABLE", "ServiceUnavailable", 503);
    });
    const opened = [1, 2, 3].map(() => bench.upstream.openLists({}, NOTHING, bench.operation));
    for (const lists of await Promise.all(opened)) {
      await expect(lists[0]?.read(null, bench.operation)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    }
    expect(bench.asked).toHaveLength(1);
  });
});
