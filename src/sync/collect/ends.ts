import { LIST_END } from "#store";
import { bottomOfList, type Ground, type Step } from "./ground.ts";

/** A process that starts again and again does not ask each time. */
const FIRST_MS = 3_600_000;
const DAILY_MS = 86_400_000;

/** Reads the oldest ends of lists that are known whole once a day, a call for each: they tell what the upstream dropped since. */
export function createEnds({ clock, lists }: Ground): Step {
  let nextAt = clock.elapsed() + FIRST_MS;
  return {
    dueMs: async () => Math.max(0, nextAt - clock.elapsed()),
    async run(operation) {
      for (const list of lists()) if ((await bottomOfList(list)) === LIST_END) await list.readEnd(operation);
      nextAt = clock.elapsed() + DAILY_MS;
    },
  };
}
