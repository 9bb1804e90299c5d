import { describe, expect, it } from "@jest/globals";
import type { Operation } from "#domain";
import { createSourceBook } from "../../src/sync/sources/source-book.ts";
import { sourceAt } from "../services/support/fixed.ts";
import { createFailure } from "../services/support/records.ts";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";

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
