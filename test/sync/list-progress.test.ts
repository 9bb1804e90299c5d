import { describe, expect, it } from "@jest/globals";
import type { ListState } from "../../src/sync/lists/list-notes.ts";
import { createProgress } from "../../src/sync/lists/list-progress.ts";

const NOTHING_ODD = { known: [], dead: [], isOtherMode: false };

/** A list that was read down to so many records. */
function stateAt(index: number, mode: "page" | "token", basis = "as it was"): ListState {
  const place = mode === "page" ? { pageNumber: 2, pageSize: 50 } : { token: "next" };
  const drift = { firstTotal: 100, arrivals: 0, shift: 0, vanished: 0 };
  const notes = {
    ...drift,
    mode,
    total: 100,
    newest: 9,
    isDoubtful: false,
    stop: null,
    unorderedSince: null,
    late: [],
  };
  return { spans: [], readAt: 1, basis, notes: { ...notes, marks: [{ time: 5, place, index, tieStart: index }] } };
}

/**
 * How many readings lead back before a list is given up, and why. Those that lead back are counted from where it was read to last: behind the first
 * one it comes further than ever.
 */
function readBack(mode: "page" | "token", basisOf = (_reading: number) => "as it was") {
  const progress = createProgress(0);
  for (let reading = 1; reading <= 200; reading += 1) {
    const [here, back] = [stateAt(50, mode, basisOf(2 * reading)), stateAt(10, mode, basisOf(2 * reading + 1))];
    const verdict = progress.classify(here, back, NOTHING_ODD);
    if (verdict !== "on") return [reading, verdict.why, verdict.isTriedAgain ?? false];
    progress.classify(back, here, NOTHING_ODD);
  }
  return null;
}

describe("a list that leads back from where it was read to", () => {
  it("is left alone after eight readings by pages, whose places do not die", () => {
    expect(readBack("page")).toEqual([
      1 + 8,
      "The list cannot be read on: its pages lead back again and again.",
      false,
    ]);
  });

  it("is read on for longer by tokens, and if a keeper lets go of what is read", () => {
    const endless = [1 + 60, "The list of runs goes on without showing anything new.", true];
    expect(readBack("token")).toEqual(endless);
    expect(readBack("page", (reading) => `cut ${reading}`)).toEqual(endless);
  });
});
