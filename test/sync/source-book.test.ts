import { describe, expect, it } from "@jest/globals";
import type { Operation, SourceErrorCode } from "#domain";
import { createSourceBook } from "../../src/sync/sources/source-book.ts";
import { sourceAt } from "../services/support/fixed.ts";
import { createFailure } from "../services/support/records.ts";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";

describe("a list whose last attempt failed", () => {
  const source = sourceAt(0);
  const create = () => {
    const clock = createFakeClock();
    const book = createSourceBook([], clock);
    const read = (key: string, code?: SourceErrorCode, isNamed = false) =>
      book
        .watchList(
          source,
          key,
          () => (code === undefined ? Promise.resolve({}) : Promise.reject(createFailure(source, code))),
          createOperation(),
          isNamed,
        )
        .catch(() => {});
    const codes = (readAt: number | null = null) =>
      ["a", "b"].map((key) => book.listFailure(source, key, readAt)?.code ?? null);
    return { book, clock, read, codes };
  };

  it("is told until that list is read, whichever was read later", async () => {
    const { read, codes } = create();
    await read("a", "UNAVAILABLE");
    await read("b");
    expect(codes()).toEqual(["UNAVAILABLE", null]);
    await read("a");
    expect(codes()).toEqual([null, null]);
  });

  it("is told no more once another gateway has read the list", async () => {
    const { clock, read, codes } = create();
    await read("a", "UNAVAILABLE");
    expect([codes(clock.now() - 1), codes(clock.now() + 1)]).toEqual([
      ["UNAVAILABLE", null],
      [null, null],
    ]);
  });

  it.each(["BAD_REQUEST", "NOT_SUPPORTED"] as const)(
    "is not one that %s refused for a question alone",
    async (code) => {
      const { book, read, codes } = create();
      await read("b");
      await read("a", code, true);
      expect([codes(), book.leftOut(source)]).toEqual([[null, null], null]);
    },
  );
});

describe("an opening that finds nothing to read", () => {
  const source = sourceAt(0);
  const failing = () => Promise.reject(createFailure(source, "FORBIDDEN"));

  it.each([
    ["is a success after a failure on its own way", true, false, null],
    ["leaves the failure of another read meanwhile", false, true, "FORBIDDEN"],
    ["leaves it also after a failure on its own way", true, true, "FORBIDDEN"],
  ])("%s", async (_name, failsItself, failsBeside, expected) => {
    const book = createSourceBook([], createFakeClock());
    const open = async (operation: Operation): Promise<readonly never[]> => {
      if (failsItself) operation.noteAttempt?.(createFailure(source, "UNREACHABLE"));
      if (failsBeside) await book.watchRuns(source, failing, createOperation()).catch(() => {});
      return [];
    };
    await book.watchOpening(source, open, createOperation());
    expect(book.stateOf(source).error?.code ?? null).toBe(expected);
  });
});
