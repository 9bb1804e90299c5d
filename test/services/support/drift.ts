import type { Invocation, Source } from "#domain";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import type { Plan } from "./plan.ts";
import { createRun } from "./records.ts";
import { createRandom, createWorldSource, type WorldSource } from "./world.ts";

/** A world that plays a plan. */
export interface PlannedWorld {
  readonly plan: Plan;
  readonly sources: readonly WorldSource[];
  /** The time that runs are created at when they arrive. */
  readonly clock: FakeClock;
  /** Lets happen what happens between two pages. */
  drift(): void;
  /** Every run that is there from the start to now, in the total order. */
  steady(): readonly string[];
}

const SOURCES: readonly Source[] = [
  { provider: "SWAS", account: "default", regionId: "cn-beijing" },
  { provider: "ECS", account: "default", regionId: "cn-hangzhou" },
  { provider: "ECS", account: "default", regionId: "cn-shanghai" },
  { provider: "ECS", account: "a-second", regionId: "cn-hangzhou" },
];
/** Lists would grow faster than some walks go on. */
const DRIFTS_MAX = 12;
/** Runs that arrive between two calls of one page, all pages together: no list grows faster than it can be read. */
const WITHIN_MAX = 60;
/** Calls between two changes of the mode, on average. */
const SWITCH_ONE_IN = 30;
const START = Date.UTC(2026, 0, 1);
/** Time between two pages; what arrives meanwhile is created within it. */
export const PAUSE_MS = 120_000;

/** Builds the world of a plan; the same plan plays the same world. */
export function createPlannedWorld(plan: Plan): PlannedWorld {
  const random = createRandom(plan.seed);
  const clock = createFakeClock();
  let newest = START;
  let serial = 0;
  const upTo = (max: number): number => Math.floor(random() * (max + 1));
  const arrive = (world: WorldSource, count: number): void => {
    for (let left = count; left > 0; ) {
      newest += 1_000;
      const ties = Math.min(left, 1 + upTo(plan.tiesMax - 1));
      left -= ties;
      world.runs = [...world.runs, ...Array.from({ length: ties }, () => runAt(world.source, newest))];
      if (plan.isCapped && world.runs.length > count) forget(world, ties);
    }
  };
  const runAt = (source: Source, time: number | null): Invocation => {
    serial += 1;
    const invokeId = `t-${Math.floor(random() * 1e6).toString(36)}-${serial}`;
    return createRun({ source, invokeId, creationTime: time === null ? null : new Date(time).toISOString() });
  };
  const forget = (world: WorldSource, count: number): void => {
    if (!begun) return;
    const timed = [...world.runs].sort((a, b) => ((a.creationTime ?? "") < (b.creationTime ?? "") ? -1 : 1));
    const gone = new Set(timed.slice(0, count));
    world.runs = world.runs.filter((run) => !gone.has(run));
  };
  let begun = false;
  let drifts = 0;
  let within = 0;
  const sources = plan.sourceSizes.map((size, position) => {
    const source = SOURCES[position] ?? { provider: "ECS", account: "default", regionId: `cn-${position}` };
    return createSourceOf(plan, source, random, size);
  });
  // Sources share seconds, so that ties across sources occur.
  for (const [position, world] of sources.entries()) {
    newest = START;
    arrive(world, plan.sourceSizes[position] ?? 0);
    world.runs = [...world.runs, ...Array.from({ length: plan.timelessRuns }, () => runAt(world.source, null))];
  }
  begun = true;
  const original = new Set(sources.flatMap((world) => world.runs));
  for (const world of sources) {
    world.beforeCall = () => {
      if (!plan.arrivesWithinPages || drifts > DRIFTS_MAX || plan.arrivalsMax === 0 || random() >= 0.3) return;
      within += 1;
      if (within > WITHIN_MAX) return;
      newest = clock.now() - 1_000;
      arrive(world, 1);
    };
  }
  return {
    plan,
    sources,
    clock,
    drift() {
      drifts += 1;
      if (drifts > DRIFTS_MAX) return;
      for (const world of sources) {
        newest = clock.now();
        arrive(world, upTo(plan.arrivalsMax));
        const vanishing = new Set([...world.runs].sort(() => random() - 0.5).slice(0, upTo(plan.vanishMax)));
        world.runs = world.runs.filter((run) => !vanishing.has(run));
      }
    },
    steady: () =>
      sources
        .flatMap((world) => world.runs.filter((run) => original.has(run)))
        .sort(byTotalOrder)
        .map(nameOf),
  };
}

function createSourceOf(plan: Plan, source: Source, random: () => number, size: number): WorldSource {
  const isOneIn = (count: number): boolean => count > 0 && random() < 1 / count;
  const ranks = new Map<string, number>();
  const rankOf = ({ invokeId }: Invocation): number => {
    const rank = ranks.get(invokeId) ?? random();
    ranks.set(invokeId, rank);
    return rank;
  };
  let mode: "page" | "token" = plan.mode === "page" ? "page" : "token";
  return createWorldSource(source, {
    mode: () => mode,
    isTokenDead: () => isOneIn(plan.tokenDiesOneIn),
    tokenLength: (_call, length) => (isOneIn(plan.shortOneIn) ? Math.floor(random() * 4) : length),
    pageSizeMax: plan.pageSizeMax,
    tellTotal: (length) => (plan.tellsTotal ? length : null),
    shift: () => (isOneIn(plan.shiftOneIn) ? Math.floor(random() * 7) - 3 : 0),
    fails: () => {
      if (plan.mode === "switching" && isOneIn(SWITCH_ONE_IN)) mode = mode === "page" ? "token" : "page";
      return isOneIn(plan.failOneIn) ? "UNAVAILABLE" : null;
    },
    order: plan.shuffles && size > 0 ? (run, call) => (call === 0 ? rankOf(run) : random()) : (run) => run.invokeId,
  });
}

/** Orders runs as lists are to show them. */
export function byTotalOrder(a: Invocation, b: Invocation): number {
  const keys = (run: Invocation): readonly string[] => [
    run.source.provider,
    run.source.account,
    run.source.regionId,
    run.invokeId,
  ];
  const [timeA, timeB] = [a.creationTime ?? "", b.creationTime ?? ""];
  if (timeA !== timeB) return timeA > timeB ? -1 : 1;
  return compareTexts(keys(a), keys(b));
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [position, text] of a.entries()) {
    const other = b[position] ?? "";
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

/** A run's name among all sources. */
export function nameOf(run: Invocation): string {
  return `${run.source.provider} ${run.source.regionId} ${run.invokeId}`;
}
