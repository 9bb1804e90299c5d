import { createFleet, REGION_PLANS } from "./fleet.ts";
import { createCommands, createJobRun, type Ground } from "./job-run.ts";
import { JOBS, type Job } from "./jobs.ts";
import type { Region, Run } from "./model.ts";
import { between, createRandom, hash, type Random } from "./random.ts";
import { createSchedules } from "./schedule.ts";

/** One run may start in each of these spans of time. */
const SLOT_MS = 4_000;
/** Long ago so many slots were as one, so that two weeks stay small. */
const THINNING = 12;
const DENSE_BLOCKS = 12;
const HISTORY_MS = 14 * 86_400_000;
const RUNS_PER_SLOT = 4;

/**
 * A believable world of both products: hundreds of machines, tens of thousands of runs over the two weeks before now, and
 * a new one every few seconds from now on. The same for the same seed and start; outputs are made when they are asked for.
 */
export function growWorld(seed: number, now: () => number): readonly Region[] {
  const start = now();
  const grounds = REGION_PLANS.map((plan) => ({
    plan,
    fleet: createFleet(plan, seed, start),
    commands: createCommands(plan, seed, start),
    seed,
  }));
  const timeline = createTimeline(grounds, now, start);
  return grounds.map((ground, index) => {
    const schedules = ground.plan.product === "ecs" ? createSchedules(ground, start) : [];
    return createRegion(ground, schedules, () => timeline(index), now);
  });
}

/** Makes the runs of all regions in the order of time; each call gives one region's runs since its last call. */
function createTimeline(
  grounds: readonly Ground[],
  now: () => number,
  start: number,
): (index: number) => readonly Run[] {
  const places = grounds.map((ground) => ({ ground, drawJob: jobLot(ground), waiting: [] as Run[] }));
  const drawPlace = createLot(places, ({ ground }) => ground.plan.weight);
  const seed = grounds[0]?.seed ?? 0;
  const denseFrom = (Math.floor(start / SLOT_MS / THINNING) - DENSE_BLOCKS) * THINNING;
  let nextSlot = Math.floor((start - HISTORY_MS) / SLOT_MS);

  function fill(slot: number, spanMs: number): void {
    const random = createRandom(hash(seed, slot));
    // Now and then several runs share one second, also within one region.
    const count = random() < 0.08 ? between(random, 2, RUNS_PER_SLOT) : 1;
    const creationTime = Math.floor((slot * SLOT_MS + random() * (spanMs - 1000)) / 1000) * 1000;
    for (let i = 0; i < count; i += 1) {
      const { ground, drawJob, waiting } = drawPlace(random);
      waiting.push(createJobRun(ground, drawJob(random), slot * RUNS_PER_SLOT + i, creationTime, random));
    }
  }

  return (index) => {
    const lastSlot = Math.floor(now() / SLOT_MS) - 1;
    for (; nextSlot <= lastSlot; nextSlot += 1) {
      if (nextSlot >= denseFrom) fill(nextSlot, SLOT_MS);
      else if (nextSlot % THINNING === 0) fill(nextSlot, THINNING * SLOT_MS);
    }
    return places[index]?.waiting.splice(0) ?? [];
  };
}

function jobLot({ plan, fleet }: Ground): (random: Random) => Job {
  const fitting = JOBS.filter(
    (job) =>
      (job.products?.includes(plan.product) ?? true) &&
      job.roles.reduce((count, role) => count + fleet[role].length, 0) >= job.load.machines[0],
  );
  return createLot(fitting, (job) => job.load.weight);
}

/** A choice in proportion to weights that never change. */
function createLot<T>(items: readonly T[], weightOf: (item: T) => number): (random: Random) => T {
  let sum = 0;
  const bounds = items.map((item) => {
    sum += weightOf(item);
    return sum;
  });
  return (random) => {
    const at = random() * sum;
    const drawn = items[bounds.findIndex((bound) => at < bound)];
    if (drawn === undefined) throw new RangeError("nothing to draw from");
    return drawn;
  };
}

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
