import type { StoredRun } from "#store";
import type { Ground, Step } from "./ground.ts";

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
