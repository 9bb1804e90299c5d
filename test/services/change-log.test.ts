import { describe, expect, it } from "@jest/globals";
import type { RunChange } from "#store";
import { createChangeLog } from "../../src/services/list-watch/change-log.ts";
import { runAt } from "../store/records.ts";

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
  return { tell, readAfter };
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
});
