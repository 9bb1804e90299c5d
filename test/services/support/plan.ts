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
  /** Runs without a creation time, which stand last. */
  readonly timelessRuns: number;
  /** One page in so many begins up to three records off its place; 0 means none. */
  readonly shiftOneIn: number;
  /** How the sources answer: in pages, in tokens, or now so and now so. */
  readonly mode: "page" | "token" | "switching";
  /** One token in so many is dead; 0 means none. */
  readonly tokenDiesOneIn: number;
  /** One token answer in so many is short or empty although others follow; 0 means none. */
  readonly shortOneIn: number;
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
    shiftOneIn: fc.constantFrom(0, 0, 0, 3, 10),
    mode: fc.constantFrom("page", "page", "token", "token", "switching"),
    tokenDiesOneIn: fc.constantFrom(0, 0, 3, 20),
    shortOneIn: fc.constantFrom(0, 0, 2, 5),
  })
  .map(toReadable);

function toReadable(plan: Plan): Plan {
  const pageSizeMax = plan.shiftOneIn > 0 ? 50 : plan.pageSizeMax;
  const isCalm = !plan.shuffles && plan.shiftOneIn + plan.failOneIn + plan.arrivalsMax + plan.vanishMax === 0;
  // Nothing but their index says how many runs without a time there are: in another order at each call, off their place, they hide.
  const timelessMax = plan.shuffles && plan.shiftOneIn > 0 ? 0 : isCalm ? plan.timelessRuns : 5;
  // Where all places die with each change of mode, and every third call fails, short answers lead nowhere.
  const isHopeless = plan.mode === "switching" && plan.failOneIn === 3 && pageSizeMax < 50;
  return {
    ...plan,
    pageSizeMax,
    tokenDiesOneIn: isHopeless ? 0 : plan.tokenDiesOneIn,
    // A clamped page without a total, from a source that answered in tokens before, cannot be told from a list's end.
    tellsTotal: plan.tellsTotal || plan.mode === "switching",
    timelessRuns: Math.min(plan.timelessRuns, timelessMax),
    tiesMax: Math.min(plan.tiesMax, readableTies({ ...plan, pageSizeMax })),
  };
}

function readableTies(plan: Plan): number {
  const { failOneIn, pageSizeMax, shiftOneIn, isCapped, arrivesWithinPages, tellsTotal, shuffles, vanishMax } = plan;
  // A group that is larger than a page is known to be whole by indexes alone, so pages must begin where they say.
  if (shiftOneIn > 0 || (isCapped && arrivesWithinPages)) return Math.min(12, pageSizeMax / 5);
  if (pageSizeMax < 50) return failOneIn > 0 ? 2 : 12;
  // Of a crowded second in another order at each call, a run that went counts as one that was not seen yet.
  if (shuffles && vanishMax > 0) return 12;
  if (failOneIn > 0) return 12;
  return isCapped || !tellsTotal ? 70 : 150;
}

const CALM: Omit<Plan, "seed" | "sourceSizes"> = {
  tiesMax: 1,
  pageSize: 20,
  arrivalsMax: 0,
  arrivesWithinPages: false,
  vanishMax: 0,
  shuffles: false,
  failOneIn: 0,
  pageSizeMax: 50,
  tellsTotal: true,
  isCapped: false,
  timelessRuns: 0,
  shiftOneIn: 0,
  mode: "page",
  tokenDiesOneIn: 0,
  shortOneIn: 0,
};

/** Worlds in which a walk once was not exact: what each of them showed is beside it. */
export const HARD_PLANS: readonly Plan[] = [
  // The group at the border has left a full list: nobody needs to look for it call after call, one in three of which fails.
  {
    ...CALM,
    seed: 294_157_916,
    sourceSizes: [99],
    tiesMax: 2,
    arrivalsMax: 60,
    failOneIn: 3,
    pageSizeMax: 10,
    isCapped: true,
    timelessRuns: 5,
  },
  // Runs of one second that went from a full list do not count for those that its indexes tell of.
  {
    ...CALM,
    seed: 991_040_788,
    sourceSizes: [4, 70],
    tiesMax: 70,
    pageSize: 5,
    arrivalsMax: 1,
    shuffles: true,
    isCapped: true,
  },
  // A page of one run, asked for behind a token, may hold the first one by chance.
  {
    ...CALM,
    seed: 159_826_945,
    sourceSizes: [3, 5, 71],
    tiesMax: 10,
    pageSize: 50,
    arrivesWithinPages: true,
    shuffles: true,
    isCapped: true,
    timelessRuns: 5,
    mode: "switching",
    tokenDiesOneIn: 3,
    shortOneIn: 5,
  },
  // A gap that is being closed takes as many rounds as show anything new.
  {
    ...CALM,
    seed: 436_630_639,
    sourceSizes: [95, 37, 94],
    arrivalsMax: 60,
    shuffles: true,
    shiftOneIn: 10,
    mode: "token",
    tokenDiesOneIn: 3,
    shortOneIn: 5,
  },
  // Places that die with a change of mode lead back: what is read once more there is no sign of the list's end.
  {
    ...CALM,
    seed: 1_837_884_471,
    sourceSizes: [7, 7, 53],
    tiesMax: 12,
    arrivalsMax: 5,
    arrivesWithinPages: true,
    shuffles: true,
    pageSizeMax: 10,
    timelessRuns: 5,
    mode: "switching",
    shortOneIn: 2,
  },
  // Where every token dies one in three times, steps back must not eat up what was won.
  {
    ...CALM,
    seed: 347_684_790,
    sourceSizes: [14, 69],
    tiesMax: 2,
    pageSize: 7,
    vanishMax: 1,
    shuffles: true,
    pageSizeMax: 10,
    isCapped: true,
    timelessRuns: 5,
    mode: "token",
    tokenDiesOneIn: 3,
    shortOneIn: 2,
  },
  // The same in a list that changes its mode: what a page says that it owes may come later.
  {
    ...CALM,
    seed: 1_195_772_224,
    sourceSizes: [98, 71],
    pageSize: 7,
    arrivalsMax: 1,
    arrivesWithinPages: true,
    vanishMax: 1,
    shuffles: true,
    pageSizeMax: 10,
    isCapped: true,
    timelessRuns: 5,
    mode: "switching",
    tokenDiesOneIn: 3,
    shortOneIn: 2,
  },
  // The last run of a crowded second may hide from many rounds in a row.
  {
    ...CALM,
    seed: 56,
    sourceSizes: [95, 60],
    tiesMax: 12,
    arrivalsMax: 60,
    arrivesWithinPages: true,
    shuffles: true,
    pageSizeMax: 10,
  },
  // A run without a time behind the last second of a token answer is none of that second.
  {
    ...CALM,
    seed: 1_342_314_801,
    sourceSizes: [0, 1, 2, 8],
    pageSize: 7,
    arrivalsMax: 60,
    arrivesWithinPages: true,
    vanishMax: 3,
    failOneIn: 3,
    pageSizeMax: 10,
    timelessRuns: 5,
    mode: "token",
  },
  // A list that stays as long as it was, since the oldest go as others come: the place of a second tells what went from it.
  {
    ...CALM,
    seed: 225_846_080,
    sourceSizes: [6, 93, 36, 52],
    tiesMax: 70,
    pageSize: 7,
    arrivalsMax: 1,
    shuffles: true,
    isCapped: true,
  },
  // The same in a list that grows by less than what came.
  {
    ...CALM,
    seed: 269_101_023,
    sourceSizes: [64, 14, 0, 6],
    tiesMax: 12,
    pageSize: 7,
    arrivalsMax: 5,
    vanishMax: 1,
    shuffles: true,
    pageSizeMax: 10,
  },
  // A page off its place that shows runs without a time alone hides the last ones with a time.
  {
    ...CALM,
    seed: 1_664_932_099,
    sourceSizes: [5, 7, 1, 51],
    tiesMax: 2,
    pageSize: 5,
    arrivalsMax: 1,
    arrivesWithinPages: true,
    vanishMax: 1,
    timelessRuns: 5,
    shiftOneIn: 10,
    shortOneIn: 2,
  },
  // A single one behind the last second is no sign of that.
  { ...CALM, seed: 1_437_801_822, sourceSizes: [99, 8], tiesMax: 12, pageSizeMax: 10, timelessRuns: 1 },
  // A list of one run that got another meanwhile, of the same second, does not answer in pages of one.
  {
    ...CALM,
    seed: 26_004_148,
    sourceSizes: [0, 45, 72, 59],
    tiesMax: 12,
    pageSize: 100,
    arrivalsMax: 1,
    arrivesWithinPages: true,
    shuffles: true,
    failOneIn: 9,
    tellsTotal: false,
  },
];
