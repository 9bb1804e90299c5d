import { LIST_END, type StoredRun } from "#store";
import type { KnownList } from "../lists/index.ts";
import { bottomOfList, type Ground, type Step } from "./ground.ts";

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

/** Unfinished runs of a source that are followed, the newest ones. */
const FOLLOWED_MAX = 500;
/** Runs a step: each may cost a call. */
const RUNS_PER_STEP = 10;
/** The shortest and the longest pause between two looks at what is unfinished. */
const LOOK_MS = 5_000;
const LOOK_MAX_MS = 30_000;

/** Learns how unfinished runs went on: those that were read longest ago first. */
export function createFollowStep(ground: Ground): Step {
  const { source, sync, store, clock, intervalMs } = ground;
  let queue: readonly StoredRun[] = [];
  let tried = new Map<string, number>();
  let nextLookAt = Number.NEGATIVE_INFINITY;

  // One that cannot be read must not keep the others from being read.
  const ageOf = ({ run, readAt }: StoredRun): number => {
    const ageMs = readAt > clock.now() ? Number.POSITIVE_INFINITY : clock.now() - readAt;
    return Math.min(ageMs, clock.elapsed() - (tried.get(run.invokeId) ?? Number.NEGATIVE_INFINITY));
  };

  async function look(): Promise<void> {
    const unfinished = await store.readUnfinished(source, FOLLOWED_MAX);
    const ids = new Set(unfinished.map(({ run }) => run.invokeId));
    tried = new Map([...tried].filter(([invokeId]) => ids.has(invokeId)));
    const ages = unfinished.map((stored) => ({ stored, ageMs: ageOf(stored) })).sort((a, b) => b.ageMs - a.ageMs);
    queue = ages.filter(({ ageMs }) => ageMs >= intervalMs()).map(({ stored }) => stored);
    const [oldest] = ages;
    const leftMs = oldest === undefined ? LOOK_MAX_MS : intervalMs() - oldest.ageMs;
    nextLookAt = clock.elapsed() + Math.min(LOOK_MAX_MS, Math.max(LOOK_MS, leftMs));
  }

  return {
    async dueMs() {
      if (!ground.isOpened) return null;
      if (queue.length === 0 && clock.elapsed() >= nextLookAt) await look();
      return queue.length > 0 ? 0 : nextLookAt - clock.elapsed();
    },
    async run(operation) {
      const runs = queue.slice(0, RUNS_PER_STEP);
      queue = queue.slice(RUNS_PER_STEP);
      for (const { run } of runs) tried.set(run.invokeId, clock.elapsed());
      const [failure] = await sync.follower.follow(runs, operation, LOOK_MS);
      if (failure !== undefined) throw failure;
    },
  };
}

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
