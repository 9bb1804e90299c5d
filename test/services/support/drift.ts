import fc from "fast-check";
import type { Invocation, Source } from "#domain";
import { createGateway, walkAll } from "./gateway.ts";
import { createRandom, createRun, createWorldSource, type WorldSource } from "./world.ts";

/** What a random world is made from; small numbers make simple worlds, so that failures shrink. */
export interface Plan {
  readonly seed: number;
  readonly sourceSizes: readonly number[];
  /** How many runs share one creation time, at most. */
  readonly tiesMax: number;
  readonly pageSize: number;
  /** Runs that arrive between two pages, at most. */
  readonly arrivalsMax: number;
  /** Also between two calls. */
  readonly arrivesWithinPages: boolean;
  /** Runs that vanish between two pages, at most. */
  readonly vanishMax: number;
  readonly shuffles: boolean;
  /** One call in so many fails; 0 means none. */
  readonly failOneIn: number;
  readonly pageSizeMax: number;
  readonly tellsTotal: boolean;
  /** A list that holds this many at most: the oldest go as new ones come, and its length tells nothing of the drift. */
  readonly isCapped: boolean;
  readonly timelessRuns: number;
  /** Whether they stand anywhere in the list, and not last. */
  readonly isTimelessAnywhere: boolean;
  /** One page in so many begins up to three records off its place; 0 means none. */
  readonly shiftOneIn: number;
}

/**
 * Worlds of every kind of drift that the upstreams are known for, mixed at random. Groups that take dozens of calls to read
 * and calls that fail one in three times do not go together: no page would ever end.
 */
export const planArbitrary: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.integer({ min: 0, max: 0x7fffffff }),
    sourceSizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 100 })), {
      minLength: 1,
      maxLength: 4,
    }),
    tiesMax: fc.constantFrom(1, 1, 2, 4, 12, 70, 150),
    pageSize: fc.constantFrom(5, 7, 20, 20, 50, 100),
    arrivalsMax: fc.constantFrom(0, 0, 1, 5, 60),
    arrivesWithinPages: fc.boolean(),
    vanishMax: fc.constantFrom(0, 0, 1, 3),
    shuffles: fc.boolean(),
    failOneIn: fc.constantFrom(0, 0, 0, 3, 9),
    pageSizeMax: fc.constantFrom(50, 50, 50, 20, 10),
    tellsTotal: fc.constantFrom(true, true, true, false),
    isCapped: fc.boolean(),
    timelessRuns: fc.constantFrom(0, 0, 0, 1, 5, 60),
    isTimelessAnywhere: fc.boolean(),
    shiftOneIn: fc.constantFrom(0, 0, 0, 3, 10),
  })
  .map(toReadable);

function toReadable(given: Plan): Plan {
  const plan = { ...given, failOneIn: mayFail(given) ? given.failOneIn : 0 };
  const { isTimelessAnywhere } = plan;
  const pageSizeMax = plan.shiftOneIn > 0 ? 50 : plan.pageSizeMax;
  const isCalm = !plan.shuffles && plan.shiftOneIn + plan.failOneIn + plan.arrivalsMax + plan.vanishMax === 0;
  const timelessRuns = isCalm && !isTimelessAnywhere ? plan.timelessRuns : Math.min(plan.timelessRuns, 5);
  return {
    ...plan,
    pageSizeMax,
    timelessRuns,
    tiesMax: Math.min(plan.tiesMax, readableTies({ ...plan, pageSizeMax })),
  };
}

// Runs without a time that stand among the others, and have moved by more than the list has grown, are looked for in all of it;
// backwards always. Where every third call fails, no list of many windows is ever read through.
function mayFail({
  isTimelessAnywhere,
  timelessRuns,
  shiftOneIn,
  pageSizeMax,
  vanishMax,
  tellsTotal,
  isCapped,
  arrivalsMax,
}: Plan): boolean {
  if (!isTimelessAnywhere || timelessRuns === 0) return true;
  return arrivalsMax <= 5 && shiftOneIn === 0 && pageSizeMax === 50 && vanishMax === 0 && tellsTotal && !isCapped;
}

function readableTies(plan: Plan): number {
  const { failOneIn, pageSizeMax, shiftOneIn, isCapped, arrivesWithinPages, tellsTotal } = plan;
  // Where a group is larger than a window, only indexes tell whether it is whole, so pages must begin where they say.
  if (shiftOneIn > 0 || (isCapped && arrivesWithinPages)) return Math.min(12, pageSizeMax / 5);
  if (pageSizeMax < 50) return failOneIn > 0 ? 2 : 12;
  if (failOneIn > 0) return 12;
  return isCapped || !tellsTotal ? 70 : 150;
}

/** A world that plays a plan. */
export interface PlannedWorld {
  readonly plan: Plan;
  readonly sources: readonly WorldSource[];
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
const START = Date.UTC(2026, 0, 1);

/** Builds the world of a plan; the same plan plays the same world. */
export function createPlannedWorld(plan: Plan): PlannedWorld {
  const random = createRandom(plan.seed);
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
  newest = START + 1_000_000;
  begun = true;
  const original = new Set(sources.flatMap((world) => world.runs));
  for (const world of sources) {
    world.beforeCall = () => {
      if (plan.arrivesWithinPages && drifts <= DRIFTS_MAX && plan.arrivalsMax > 0 && random() < 0.3)
        arrive(world, 1 + upTo(2));
    };
  }
  return {
    plan,
    sources,
    drift() {
      drifts += 1;
      if (drifts > DRIFTS_MAX) return;
      for (const world of sources) {
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
  return createWorldSource(source, {
    pageSizeMax: plan.pageSizeMax,
    tellTotal: (length) => (plan.tellsTotal ? length : null),
    shift: () => (plan.shiftOneIn > 0 && random() < 1 / plan.shiftOneIn ? Math.floor(random() * 7) - 3 : 0),
    fails: () => (plan.failOneIn > 0 && random() < 1 / plan.failOneIn ? "UNAVAILABLE" : null),
    placeOf: (run) => run.creationTime ?? (plan.isTimelessAnywhere ? hiddenTime(run) : ""),
    order: plan.shuffles && size > 0 ? () => random() : (run) => run.invokeId,
  });
}

function hiddenTime(run: Invocation): string {
  const serial = Number(run.invokeId.split("-").at(-1));
  return new Date(START + ((serial * 7_919) % 120) * 500).toISOString();
}

function byTotalOrder(a: Invocation, b: Invocation): number {
  const keys = (run: Invocation): readonly string[] => [
    run.source.provider,
    run.source.account,
    run.source.regionId,
    run.invokeId,
  ];
  const [timeA, timeB] = [a.creationTime ?? "", b.creationTime ?? ""];
  if (timeA !== timeB) return timeA > timeB ? -1 : 1;
  return compareLists(keys(a), keys(b));
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [position, text] of a.entries()) {
    const other = b[position] ?? "";
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

function nameOf(run: Invocation): string {
  return `${run.source.provider} ${run.source.regionId} ${run.invokeId}`;
}

/**
 * True for a walk backwards over lists where runs without a time stand among the others. They come first then, and so must be known
 * from somebody's walk before.
 */
export function isToBeKnown(plan: Plan, direction: 1 | -1): boolean {
  return direction < 0 && plan.isTimelessAnywhere && plan.timelessRuns > 0;
}

/** What went wrong in a walk; three empty lists where nothing did. */
export interface Verdict {
  /** Runs that were there all the time and were not seen. */
  readonly lost: readonly string[];
  /** Runs seen more than once. */
  readonly doubled: readonly string[];
  /** Runs that came behind a later one, on one page; across pages too where no source failed. */
  readonly outOfOrder: readonly string[];
}

/**
 * Walks a world once and judges what was seen. `isKnown` says that somebody has walked it before, so that the gateway knows whether
 * runs without a creation time stand among the others.
 */
export async function judgeWalk(world: PlannedWorld, direction: 1 | -1, isKnown = false): Promise<Verdict> {
  const known = new Map(world.sources.flatMap((one) => one.runs).map((run) => [nameOf(run), run]));
  const learn = (): void => {
    for (const run of world.sources.flatMap((one) => one.runs)) known.set(nameOf(run), run);
  };
  // Backwards, lists with strays are looked through for as long as it takes.
  const gateway = createGateway(world.sources, { scanBudget: 2_000 });
  if (isKnown) await walkAll(gateway, { size: 100, direction: 1 });
  const record = await walkAll(gateway, {
    size: world.plan.pageSize,
    direction,
    between: () => {
      world.drift();
      learn();
    },
  });
  learn();
  const seen = record.pages.flat();
  const ordered = world.plan.failOneIn > 0 ? record.pages : [seen];
  return {
    lost: world.steady().filter((name) => !seen.includes(name)),
    doubled: seen.filter((name, position) => seen.indexOf(name) !== position),
    outOfOrder: ordered.flatMap((names) => misplaced(names, known, direction)),
  };
}

function misplaced(
  names: readonly string[],
  known: ReadonlyMap<string, Invocation>,
  direction: 1 | -1,
): readonly string[] {
  return names.filter((name, position) => {
    const run = known.get(name);
    const before = known.get(names[position - 1] ?? "");
    return run !== undefined && before !== undefined && direction * byTotalOrder(before, run) >= 0;
  });
}
