import fc from "fast-check";

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

/**
 * True for a walk backwards over lists where runs without a time stand among the others. They come first then, and so must be known
 * from somebody's walk before.
 */
export function isToBeKnown(plan: Plan, direction: 1 | -1): boolean {
  return direction < 0 && plan.isTimelessAnywhere && plan.timelessRuns > 0;
}
