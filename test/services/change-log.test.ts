import { describe, expect, it } from "@jest/globals";
import type { Output } from "#domain";
import type { RunChange } from "#store";
import { createChangeLog, type LoggedChange } from "../../src/services/list-watch/change-log.ts";
import { itemOf, outputOf, runAt } from "../store/records.ts";

/** A log over a keeper that tells what the test says. */
function listen() {
  const listeners: ((changes: readonly RunChange[]) => void)[] = [];
  const log = createChangeLog({
    onChange: (listener) => {
      listeners.push(listener);
      return () => {};
    },
  });
  const tell = (change: RunChange) => {
    for (const listener of listeners) listener([change]);
  };
  const readAfter = (number: number) =>
    log.readAfter(number)?.changes.map(({ before, after }) => [before?.status ?? null, after.status]);
  return { log, tell, readAfter };
}

const GOING = runAt(1, "t-1", { status: "RUNNING" });
const OVER = runAt(1, "t-1", { status: "SUCCESS" });

describe("the log of changes", () => {
  it.each([
    ["a database that has just opened does not know", null],
    ["another process changed", undefined],
  ])("knows what a run was that %s", (_, before) => {
    const { tell, readAfter } = listen();
    tell({ before: null, after: GOING });
    tell({ before, after: GOING });
    tell({ before, after: OVER });
    expect([readAfter(0), readAfter(1), readAfter(2)]).toEqual([[[null, "SUCCESS"]], [["RUNNING", "SUCCESS"]], []]);
  });

  it("holds what a run was and is once, and the servers of which it leaves nothing out as the keeper has them", () => {
    const told: (readonly LoggedChange[])[] = [];
    const { log, tell } = listen();
    const server = (instanceId: string, output?: Output) => itemOf({ invokeId: "t-1", instanceId, output });
    const run = (status: "RUNNING" | "SUCCESS") => {
      const servers = [server("i-1"), server("i-2", outputOf("x"))];
      return runAt(1, "t-1", { status, instances: servers });
    };
    const [going, over] = [run("RUNNING"), run("SUCCESS")];
    tell({ before: null, after: going });
    told.push(log.readAfter(0)?.changes ?? []);
    tell({ before: going, after: over });
    told.push(log.readAfter(1)?.changes ?? []);
    const [[first], [second]] = told as [readonly LoggedChange[], readonly LoggedChange[]];
    expect(second?.before).toBe(first?.after);
    expect(second?.after.instances[0]).toBe(over.instances[0]);
    expect(second?.after.instances[1]).toEqual({ ...over.instances[1], output: undefined });
  });

  it("is read on in stretches of few executions, of which each tells where the next one begins", () => {
    const { log, tell } = listen();
    const names = Array.from({ length: 2_500 }, (_, serial) => `t-${serial}`);
    for (const invokeId of names)
      tell({ before: null, after: runAt(1, invokeId, { instances: [itemOf({ invokeId })] }) });
    const read: string[] = [];
    const heads: number[] = [];
    while (heads.at(-1) !== log.head()) {
      const { changes, head } = log.readAfter(heads.at(-1) ?? 0) ?? { changes: [], head: log.head() };
      read.push(...changes.map(({ after }) => after.invokeId));
      heads.push(head);
    }
    expect(heads).toEqual([1_000, 2_000, 2_500]);
    expect(read).toEqual(names);
    expect(log.readAfter(2_500)).toEqual({ changes: [], head: 2_500 });
  });

  it("reads a run that has more executions alone", () => {
    const { log, tell } = listen();
    for (const invokeId of ["t-1", "t-2"]) {
      const instances = Array.from({ length: 3_000 }, (_, serial) => itemOf({ invokeId, instanceId: `i-${serial}` }));
      tell({ before: null, after: runAt(1, invokeId, { instances }) });
    }
    expect([log.readAfter(0)?.head, log.readAfter(1)?.head]).toEqual([1, 2]);
  });
});
