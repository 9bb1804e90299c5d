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
    log.readAfter(number)?.map(({ before, after }) => [before?.status ?? null, after.status]);
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
    told.push(log.readAfter(0) ?? []);
    tell({ before: going, after: over });
    told.push(log.readAfter(1) ?? []);
    const [[first], [second]] = told as [readonly LoggedChange[], readonly LoggedChange[]];
    expect(second?.before).toBe(first?.after);
    expect(second?.after.instances[0]).toBe(over.instances[0]);
    expect(second?.after.instances[1]).toEqual({ ...over.instances[1], output: undefined });
  });
});
