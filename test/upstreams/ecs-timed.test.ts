import { afterEach, describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { type RunningUpstream, startUpstream } from "./running-upstream.ts";
import { NOTHING } from "./stub.ts";
import { idsOf, readToEnd } from "./walk-list.ts";

const ONCE = { invokeId: "t-once", creationTime: "2026-01-02T03:00:03Z" };
const ACTIVE = {
  invokeId: "t-active",
  creationTime: "2026-01-02T03:00:02Z",
  frequency: "0 */10 * * * *",
  instances: [{ status: "Scheduled" }],
};
const OVER = { invokeId: "t-over", creationTime: "2026-01-02T03:00:01Z", frequency: "0 */10 * * * *" };

const PAGING = "MaxResults=1 PageNumber=1 PageSize=1";
const FIND = `DescribeInvocations ContentEncoding=Base64 ${PAGING} Timed=true`;
const LIST = "DescribeInvocations ContentEncoding=Base64 MaxResults=50 PageNumber=1 PageSize=50";
const LOOK = "DescribeInvocations ContentEncoding=Base64 InvokeId=t-active";

describe("ECS lists and runs that will run again", () => {
  let end: RunningUpstream;
  afterEach(() => end.close());

  async function open(query = {}) {
    const lists = await end.upstream.openLists(query, NOTHING, end.operation);
    const pages = await Promise.all(lists.map((list) => readToEnd(list, end.operation)));
    return { keys: lists.map(({ key }) => key), ids: pages.map(idsOf) };
  }

  it("are two lists where the list without Timed hides what will run again", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE, OVER] });
    expect(await open()).toEqual({
      keys: ['invocations [["timed",true]]', 'invocations [["timed",false]]'],
      ids: [["t-active"], ["t-once", "t-over"]],
    });
    expect(end.takeCalls()).toEqual([LIST, FIND, `${LIST} Timed=true`, `${LIST} Timed=false`]);
  });

  it.each([
    ["page numbers are refused", { pages: "refused" }],
    ["tokens are unknown", { pages: "only" }],
    ["answers are short", { shortPages: 0.8, seed: 7 }],
  ] as const)("are two lists, too, where %s", async (_name, drift) => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE, OVER] }, { drift });
    expect((await open()).ids).toEqual([["t-active"], ["t-once", "t-over"]]);
  });

  it("are one list where it does not", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE, OVER] }, { drift: { showsTimed: true } });
    expect(await open()).toEqual({ keys: ["invocations"], ids: [["t-once", "t-active", "t-over"]] });
    expect(end.takeCalls()).toEqual([LIST, FIND, LOOK]);
  });

  it("are found out once in a process, by one of all who ask at once", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE] }, { drift: { showsTimed: true } });
    const { upstream, operation } = end;
    const opened = await Promise.all([1, 2, 3].map(() => upstream.openLists({}, NOTHING, operation)));
    const pages = await Promise.all(opened.flat().map((list) => readToEnd(list, operation)));
    expect(pages.map(idsOf)).toEqual([1, 2, 3].map(() => ["t-once", "t-active"]));
    await end.clock.advance(3_600_000);
    await upstream.openLists({ commandId: "c-1" }, NOTHING, operation);
    expect(end.takeCalls()).toEqual([LIST, FIND, LOOK]);
  });

  it("show the error of a region that fails at their first reading, for one call, and are found out afterwards", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE] });
    end.emulator.setFaults([{ nth: 1, fault: { kind: "error", code: "Forbidden.RAM" } }]);
    const { upstream, operation } = end;
    const opened = await Promise.all([1, 2].map(() => upstream.openLists({}, NOTHING, operation)));
    const readings = await Promise.allSettled(opened.flat().map((list) => list.read(null, operation)));
    const refused = { status: "rejected", reason: expect.objectContaining({ code: "FORBIDDEN" }) };
    expect(readings).toEqual([refused, refused]);
    expect(end.takeCalls()).toEqual([LIST]);
    expect((await open()).keys).toHaveLength(2);
  });

  it("are found out at nobody's cost", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE] });
    const spent: string[] = [];
    const meter = { ...end.operation.meter, spend: (_source: unknown, action: string) => void spent.push(action) };
    await end.upstream.openLists({}, NOTHING, { ...end.operation, meter });
    expect(spent).toEqual(["DescribeInvocations"]);
    expect(end.takeCalls()).toEqual([LIST, FIND]);
  });

  it("are found out by another operation where the first one that asked was broken off", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE] });
    const client = new AbortController();
    const left = end.upstream.openLists({}, NOTHING, createOperation({ signal: client.signal }));
    const waiting = end.upstream.openLists({}, NOTHING, end.operation);
    client.abort();
    await left.catch(() => "left");
    expect((await waiting).length).toBe(2);
  });

  it("are looked for again after ten minutes while there is none", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, OVER] });
    const keys = [];
    for (const waitMs of [0, 599_000, 1_000]) {
      await end.clock.advance(waitMs);
      keys.push((await open()).keys.length);
      if (waitMs === 0) end.emulator.world.addInvocation("ecs", "cn-hangzhou", ACTIVE);
    }
    expect(keys).toEqual([1, 1, 2]);
    expect(end.takeCalls().filter((call) => call === FIND)).toHaveLength(2);
  });

  it.each([{ instanceId: "i-1" }, { invokeId: "t-1" }, { commandName: "cron" }])(
    "are looked for whatever list is opened first: %j",
    async (query) => {
      const hidden = { ...ACTIVE, instances: ["i-1"], invokeId: "t-1", commandName: "cron" };
      end = await startUpstream("ECS", { invocations: [hidden, ACTIVE] });
      expect((await open(query)).keys).toHaveLength(2);
    },
  );

  it("are looked for once by all who open lists at the same time, and none of these goes without", async () => {
    end = await startUpstream("ECS", { invocations: [{ ...ACTIVE, commandName: "cron" }, ONCE] });
    const { upstream, operation } = end;
    const opened = await Promise.all(
      [{}, { commandName: "cron" }, { statusIn: ["RUNNING"] as const }, { instanceId: "i-1" }].map((query) =>
        upstream.openLists(query, NOTHING, operation),
      ),
    );
    expect(opened.map((lists) => lists.length)).toEqual([2, 2, 2, 2]);
  });

  it.each([
    ["Forbidden.RAM", [2]],
    ["InvalidParameter", [2]],
    ["InvalidParameter.Timed", [2]],
    ["InvalidInvokeId.NotFound", [2]],
    ["UnsupportedOperation", [2]],
    ["ServiceUnavailable", [2, 3, 4, 5]],
  ])("stay one list that may lack some where the probe fails with %s, until a minute later", async (code, calls) => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE] });
    end.emulator.setFaults(calls.map((nth) => ({ nth, fault: { kind: "error", code } })));
    const shown = [];
    for (const waitMs of [0, 59_000, 1_000]) {
      await end.clock.advance(waitMs);
      const lists = await end.upstream.openLists({}, NOTHING, end.operation);
      shown.push(lists.map((list) => list.mayLack?.()));
    }
    expect(shown).toEqual([[true], [true], [false, false]]);
    expect(end.takeCalls().filter((call) => call === FIND)).toHaveLength(calls.length + 1);
  });

  it.each([true, false])("are not chosen by the parameter for a query that says timed: %s", async (timed) => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE, OVER] });
    const lists = await end.upstream.openLists({ timed }, NOTHING, end.operation);
    expect(lists.map(({ applied, isExact }) => [applied, isExact])).toEqual([
      [{}, false],
      [{}, false],
    ]);
  });

  it("are found by their id, also where the list without Timed hides them", async () => {
    end = await startUpstream("ECS", { invocations: [ONCE, ACTIVE] });
    const run = await end.upstream.readInvocation("t-active", NOTHING, end.operation);
    expect(run).toMatchObject({ invokeId: "t-active", timed: true });
    expect(await end.upstream.readInvocation("t-none", NOTHING, end.operation)).toBeNull();
  });
});
