import { afterEach, beforeEach, describe } from "@jest/globals";
import type { RunStore } from "#store";
import { describeChanges } from "./conformance/changes.ts";
import { describeFilters } from "./conformance/filters.ts";
import { describeLists } from "./conformance/lists.ts";
import { describeMerging } from "./conformance/merging.ts";
import { describeOddTexts } from "./conformance/odd-texts.ts";
import { describeOrder } from "./conformance/order.ts";
import { describeOutlines } from "./conformance/outlines.ts";
import { describeOutputs } from "./conformance/outputs.ts";

/** The keeper of the test that runs. */
export type StoreOfTest = () => RunStore;

/** What every keeper has to promise, as tests. @param open answers with an empty keeper */
export function describeRunStore(name: string, open: () => Promise<RunStore>): void {
  describe(`the keeper ${name}`, () => {
    let store: RunStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());
    const current: StoreOfTest = () => store;
    for (const part of [
      describeOrder,
      describeFilters,
      describeMerging,
      describeOutlines,
      describeOutputs,
      describeLists,
      describeOddTexts,
      describeChanges,
    ])
      part(current);
  });
}
