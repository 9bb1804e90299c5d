import type { KnownList } from "../lists/index.ts";
import type { Ground, Step } from "./ground.ts";

/** Keeps the newest ends of a source's lists fresh: one list a step, the oldest first. */
export function createHeads({ clock, lists, open, intervalMs }: Ground): Step {
  let openedAt = Number.NEGATIVE_INFINITY;

  async function findOldest(): Promise<{ readonly list: KnownList; readonly ageMs: number } | undefined> {
    const all = lists().map(async (list) => {
      const readAt = await list.readAt();
      // A clock that was set back makes everything old.
      const isUnknown = readAt === null || readAt > clock.now();
      return { list, ageMs: isUnknown ? Number.POSITIVE_INFINITY : clock.now() - readAt };
    });
    return (await Promise.all(all)).sort((a, b) => b.ageMs - a.ageMs)[0];
  }

  return {
    async dueMs() {
      const oldest = await findOldest();
      return Math.max(0, intervalMs() - (oldest?.ageMs ?? clock.elapsed() - openedAt));
    },
    async run(operation) {
      await open(operation);
      openedAt = clock.elapsed();
      const oldest = await findOldest();
      if (oldest !== undefined && oldest.ageMs >= intervalMs()) await oldest.list.refresh(operation);
    },
  };
}
