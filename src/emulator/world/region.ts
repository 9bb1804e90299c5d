import type { Ground } from "./job-run.ts";
import type { Region, Run } from "./model.ts";

const DAY = 86_400_000;
/** As the vendor's documents have it (2026): runs of ECS are kept 30 days or 10,000 records, those of SWAS two weeks. */
const RETENTION_MS = { ecs: 30 * DAY, swas: 14 * DAY } as const;
const MAX_RUNS = 10_000;

/** A region of the generated world; `arrivals` are its runs that came up since the last call. */
export function createRegion(
  { plan, fleet, commands }: Ground,
  schedules: readonly Run[],
  arrivals: () => readonly Run[],
  now: () => number,
): Region {
  let runs = [...schedules];

  function current(): readonly Run[] {
    const fresh = arrivals();
    const oldest = now() - RETENTION_MS[plan.product];
    const isOver = (run: Run | undefined) => run !== undefined && (run.creationTime ?? 0) < oldest;
    if (fresh.length === 0 && !isOver(runs.at(-1))) return runs;
    runs = [...fresh, ...runs].sort(newestFirst).slice(0, MAX_RUNS);
    while (isOver(runs.at(-1))) runs.pop();
    return runs;
  }

  return {
    product: plan.product,
    regionId: plan.regionId,
    localName: plan.localName,
    instances: () => Object.values(fleet).flat(),
    commands: () => [...commands.values()],
    runs: current,
    run: (invokeId) => current().find((run) => run.invokeId === invokeId),
  };
}

/** The order of runs: newest first, runs without a creation time last, within one creation time the latest first. */
export function newestFirst(a: Run, b: Run): number {
  if (a.creationTime === b.creationTime) return b.sequence - a.sequence;
  return (b.creationTime ?? Number.NEGATIVE_INFINITY) - (a.creationTime ?? Number.NEGATIVE_INFINITY);
}
