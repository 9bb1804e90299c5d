import { describe, expect, it } from "@jest/globals";
import { createGroupMarks, groupsIn } from "../../src/services/history/group-marks.ts";
import { runKey } from "../../src/services/history/run-key.ts";
import type { Slot } from "../../src/services/history/window-view.ts";
import { createRun } from "./support/records.ts";

const source = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;

function slot(index: number, invokeId: string, second: number): Slot {
  const run = createRun({ source, invokeId, creationTime: `2026-01-02T00:00:0${second}.000Z` });
  return { run, key: runKey(run), index };
}

/** The groups of a window at the list's head or inside of it. */
function groups(slots: readonly Slot[], total: number) {
  const end = (slots.at(-1)?.index ?? 0) + 1;
  return groupsIn({ slots, tail: [], isHead: slots[0]?.index === 0, listEnd: end === total ? end : null });
}

describe("marks of groups of one creation time", () => {
  it("keep the last run of a group when a later window shows only the beginning of it", () => {
    const marks = createGroupMarks();
    const [a, b, c, older] = [slot(0, "t-a", 5), slot(1, "t-b", 5), slot(2, "t-c", 5), slot(3, "t-d", 4)];
    marks.note(groups([a, b, c, older], 4), 4);
    marks.note(groups([a, b], 4), 4);
    expect(marks.hintBehind(b.key)).toEqual({ index: 0, width: 3, total: 4 });
    expect(marks.hintBehind(c.key)).toEqual({ index: 3, width: 0, total: 4 });
  });
});

describe("the hint of a list of which nothing lies behind a place", () => {
  const [newer, last] = [slot(8, "t-a", 5), slot(9, "t-b", 4)];
  const older = slot(0, "t-z", 1);

  it("is its end, where that was seen, so that a walk backwards need not look for it again", () => {
    const marks = createGroupMarks();
    marks.note(groups([newer, last], 10), 10);
    expect(marks.hintBehind(older.key)).toEqual({ index: 9, width: 1, total: 10 });
  });

  it("is none where the list goes on", () => {
    const marks = createGroupMarks();
    marks.note(groups([newer, last], 11), 11);
    expect(marks.hintBehind(older.key)).toBeNull();
  });
});
