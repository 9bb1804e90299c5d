import { describe, expect, it } from "@jest/globals";
import { comparePositions, positionOf } from "#store";
import { createRunOrder, type Entry } from "../../src/store/memory/run-order.ts";
import { createRandom } from "../services/support/world.ts";
import { runAt } from "./records.ts";

/** Runs in threes of one second. */
function entryOf(n: number): Entry {
  const run = runAt(Math.floor(n / 3), `t-${n}`);
  return { run, readAt: 1, executionReadAt: new Map(), isGone: false, position: positionOf(run), bytes: 1 };
}

describe("runs in the total order", () => {
  it.each([1, 2, 3])("stand as in a sorted list, whatever comes and goes (world %i)", async (seed) => {
    const random = createRandom(seed);
    const below = (most: number) => Math.floor(random() * most);
    const order = createRunOrder();
    let plain: readonly Entry[] = [];
    for (let round = 0; round < 3_000; round += 1) {
      const entry = entryOf(below(2_000));
      const known = plain.find(({ position }) => comparePositions(position, entry.position) === 0);
      const choice = below(100);
      if (choice === 0) {
        const gone = new Set(plain.filter(() => below(3) === 0));
        order.removeAll(gone);
        plain = plain.filter((one) => !gone.has(one));
      } else if (choice < 30) {
        order.remove(known ?? entry);
        plain = plain.filter((one) => one !== known);
      } else {
        order.put(entry);
        const others = plain.filter((one) => one !== known);
        plain = [...others, entry].sort((one, other) => comparePositions(one.position, other.position));
      }
      if (round % 50 !== 0) continue;
      const place = () => (below(4) === 0 ? null : entryOf(below(2_000)).position);
      const bounds = { after: place(), before: place() };
      const inside = plain.filter(
        ({ position }) =>
          (bounds.after === null || comparePositions(position, bounds.after) > 0) &&
          (bounds.before === null || comparePositions(position, bounds.before) < 0),
      );
      const limit = below(40);
      const pause = async () => {};
      expect([
        order.count(bounds),
        order.read(bounds, 1, limit, () => true),
        order.read(bounds, -1, limit, () => true),
        await order.select(bounds, 1, limit, () => true, pause),
        [...order.fromOldest()],
      ]).toEqual([
        inside.length,
        inside.slice(0, limit),
        limit === 0 ? [] : inside.slice(-limit),
        inside.slice(0, limit),
        plain.toReversed(),
      ]);
    }
  });
});
