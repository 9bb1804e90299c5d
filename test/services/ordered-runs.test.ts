import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "@jest/globals";

import type { RunOutline } from "#store";
import { createOrderedRuns } from "../../src/services/questions/ordered-runs.ts";
import { createPlaces } from "../../src/services/questions/places.ts";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { sourceAt } from "./support/fixed.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const PARTS = 6;
const PART = 100;

function outline(n: number): RunOutline {
  return {
    source: sourceAt(0),
    invokeId: `t-${n}`,
    time: n,
    status: "SUCCESS",
    command: { commandId: null, name: null },
    finishTime: n,
    durationMs: n,
    executions: [],
    executionCount: 0,
  };
}

it.each([
  ["first", { first: 5 }],
  ["last", { last: 5 }],
])("a page in another order holds its own rows while others are gone through: %s", async (_name, args) => {
  const seen: WeakRef<RunOutline>[] = [];
  let mostHeld = 0;
  const outlineAll = async function* () {
    for (let part = 0; part < PARTS; part += 1) {
      const runs = Array.from({ length: PART }, (_, index) => outline(part * PART + index));
      for (const run of runs) seen.push(new WeakRef(run));
      yield { runs, sources: [], isComplete: true };
      // References that were read in this round hold on to what they mean.
      await new Promise((resolve) => setTimeout(resolve, 0));
      collect();
      mostHeld = Math.max(mostHeld, seen.filter((reference) => reference.deref() !== undefined).length);
    }
  };
  const ordered = createOrderedRuns({
    scan: { outlineAll } as never,
    sealer: { seal: () => "c", open: () => null },
    store: { readRuns: async (refs) => refs.map(() => null) },
    sync: { book: { states: () => [] }, follower: { follow: async () => {} } } as never,
    timing: { clock: createFakeClock(), softDeadlineMs: 1, freshnessMs: 1 } as never,
    places: createPlaces(1, 1),
  });
  const filter = { createdAfter: "2020-01-01T00:00:00.000Z" };
  const projection = { output: false, content: false, totalCount: true };
  const page = await ordered(args, "DURATION_ASC", filter, projection, createOperation());
  expect([page.totalCount, mostHeld <= 2 * PART]).toEqual([PARTS * PART, true]);
});
