import type { Fleet, RegionPlan } from "./fleet.ts";
import { createFleet, REGION_PLANS } from "./fleet.ts";
import { createJobRun, toCommand } from "./job-run.ts";
import type { Job } from "./jobs.ts";
import { JOBS } from "./jobs.ts";
import type { CommandRecord, Run } from "./model.ts";
import type { Random } from "./random.ts";
import { between, createRandom, hash } from "./random.ts";
import { createSchedules } from "./repeated-jobs.ts";
import type { RegionStore } from "./store.ts";
import { createRegionStore } from "./store.ts";

/** A region with what its runs are made of. */
export interface Ground {
  readonly plan: RegionPlan;
  readonly fleet: Fleet;
  readonly commands: ReadonlyMap<string, CommandRecord>;
  readonly seed: number;
}

/** One run may start in each of these spans of time. */
const SLOT_MS = 4_000;
/** Long ago so many slots were as one, so that two weeks stay small. */
const THINNING = 12;
const DENSE_BLOCKS = 12;
const RETENTION_MS = 14 * 86_400_000;
const MAX_RUNS = 10_000;
const RUNS_PER_SLOT = 4;

/**
 * A believable world of both products: hundreds of machines, tens of thousands of runs over the two weeks before now, and
 * a new one every few seconds from now on. The same for the same seed and start; outputs are made when they are asked for.
 */
export function generateRegions(seed: number, now: () => number): readonly RegionStore[] {
  const start = now();
  const grounds = REGION_PLANS.map((plan) => ({
    plan,
    fleet: createFleet(plan, seed, start),
    commands: new Map(JOBS.map((job) => [job.name, toCommand(plan, job, seed, start)])),
    seed,
  }));
  const timeline = createTimeline(grounds, now, start);
  return grounds.map((ground, index) => createGround(ground, now, start, () => timeline(index)));
}

function createGround(ground: Ground, now: () => number, start: number, arrivals: () => readonly Run[]): RegionStore {
  const { plan, fleet, commands } = ground;
  const world = {
    product: plan.product,
    regionId: plan.regionId,
    localName: plan.localName,
    instances: Object.values(fleet).flat(),
    commands: [...commands.values()],
    runs: plan.product === "ecs" ? createSchedules(ground, start) : [],
    outputEncoding: "plain",
    isUnsupported: false,
  } as const;
  return createRegionStore(world, { arrivals, oldest: () => now() - RETENTION_MS, maxRuns: MAX_RUNS });
}

/** Makes the runs of all regions in the order of time; each call gives one region's runs since its last call. */
function createTimeline(
  grounds: readonly Ground[],
  now: () => number,
  start: number,
): (index: number) => readonly Run[] {
  const places = grounds.map((ground) => ({ ground, jobs: jobLot(ground), waiting: [] as Run[] }));
  const placeLot = createLot(places, ({ ground }) => ground.plan.weight);
  const denseFrom = (Math.floor(start / SLOT_MS / THINNING) - DENSE_BLOCKS) * THINNING;
  let nextSlot = Math.floor((start - RETENTION_MS) / SLOT_MS);

  function fill(slot: number, spanMs: number): void {
    const seed = grounds[0]?.seed ?? 0;
    const random = createRandom(hash(seed, slot));
    // Now and then several runs share one second, also within one region.
    const count = random() < 0.08 ? between(random, 2, RUNS_PER_SLOT) : 1;
    const creationTime = Math.floor((slot * SLOT_MS + random() * (spanMs - 1000)) / 1000) * 1000;
    for (let i = 0; i < count; i += 1) {
      const { ground, jobs, waiting } = placeLot.draw(random);
      waiting.push(createJobRun(ground, jobs.draw(random), slot * RUNS_PER_SLOT + i, creationTime, random));
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

/** A choice in proportion to weights that never change. */
interface Lot<T> {
  draw(random: Random): T;
}

function createLot<T>(items: readonly T[], weightOf: (item: T) => number): Lot<T> {
  let sum = 0;
  const bounds = items.map((item) => {
    sum += weightOf(item);
    return sum;
  });
  return {
    draw(random) {
      const at = random() * sum;
      const drawn = items[bounds.findIndex((bound) => at < bound)];
      if (drawn === undefined) throw new RangeError("nothing to draw from");
      return drawn;
    },
  };
}

function jobLot({ plan, fleet }: Ground): Lot<Job> {
  const fitting = JOBS.filter(
    (job) =>
      (job.products?.includes(plan.product) ?? true) &&
      job.roles.reduce((count, role) => count + fleet[role].length, 0) >= job.machines[0],
  );
  return createLot(fitting, (job) => job.weight);
}
