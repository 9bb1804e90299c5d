import { describe, expect, it } from "@jest/globals";
import { chooseWindow, windowYield } from "../../src/services/history/window-choice.ts";

describe("the window for an index", () => {
  it.each([1, -1] as const)("holds the anchor and at least 20 new records, in direction %i", (direction) => {
    const poor: number[] = [];
    for (let index = 50; index < 20_000; index += 1) {
      const page = chooseWindow({ direction, index, pageSizeMax: 50, total: null });
      const start = (page.pageNumber - 1) * page.pageSize;
      const anchor = index - direction;
      const isHeld = start <= anchor && anchor < start + page.pageSize;
      if (!isHeld || windowYield(page, index, direction) < 20) poor.push(index);
    }
    expect(poor).toEqual([]);
  });

  it("is the first page of full size at the list's beginning", () => {
    expect(chooseWindow({ direction: 1, index: 0, pageSizeMax: 50, total: null })).toEqual({
      pageNumber: 1,
      pageSize: 50,
    });
  });

  it("reaches past the list's end where a walk backwards begins there", () => {
    const page = chooseWindow({ direction: -1, index: 99, pageSizeMax: 50, total: 100 });
    expect(page.pageNumber * page.pageSize).toBeGreaterThan(100);
  });
});
