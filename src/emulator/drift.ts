import { ApiError } from "./errors.ts";
import { between, createRandom, shuffle } from "./random.ts";

/** How lists move under a reader's feet. Everything is off unless set, and follows from the seed alone. */
export interface DriftOptions {
  readonly seed?: number;
  /** Before each call to a list of runs up to so many new runs appear in its region. */
  readonly arrivals?: number;
  /** Records of one creation time come in another order on every call; with tokens, only within a page. */
  readonly shuffleTies?: boolean;
  /** Probability that a page begins one to three records too early (repeats) or, from the second page on, too late (gaps). */
  readonly shiftedPages?: number;
  /** Probability that, before a call to a list of runs, the oldest run of the region is gone. */
  readonly vanishing?: number;
  /** Runs older than this are gone. */
  readonly retentionMs?: number;
  /** A run cannot be read for so long after its creation, as where replicas lag behind. */
  readonly hiddenForMs?: number;
  /**
   * What becomes of PageNumber and PageSize in actions that know tokens: `ignored`, tokens are given whatever was asked;
   * `refused`, the same, and a request that names them is refused; `only`, an old upstream that ignores MaxResults and NextToken.
   */
  readonly pages?: "ignored" | "refused" | "only";
  /** Probability that a page of the token mode holds fewer records than it could, or none, and has a token all the same. */
  readonly shortPages?: number;
  /** Tokens given under another key are refused: a new key kills all tokens given so far. */
  readonly tokenKey?: string;
  /** Lists without the parameter `Timed` hold what will run again too; the documents say that they do not. */
  readonly showsTimed?: boolean;
  /** Larger pages are cut to this size without a word. */
  readonly clampPageSizeTo?: number;
  /** Larger pages are refused with `InvalidParam.PageSize` or `InvalidParameter.MaxResults`. */
  readonly refusePageSizeAbove?: number;
  /** A token is refused once more than so many calls of any kind have been made since it was given. */
  readonly tokenLifetimeCalls?: number;
  /** A token is refused once it was used so often. */
  readonly tokenUses?: number;
  /** From the second page on the same token is given again and again. */
  readonly repeatTokens?: boolean;
  /** Added to TotalCount in page mode; never below zero. */
  readonly totalCountError?: number;
}

/** The movement itself, with its memory of tokens and its own randomness. */
export interface Drift {
  readonly options: DriftOptions;
  /** Called once per request. */
  countCall(): void;
  /** How many runs arrive before this call. */
  arrivals(): number;
  /** Whether the oldest run vanishes before this call. */
  vanishes(): boolean;
  /** @throws ApiError with the code. */
  pageSize(asked: number, code: string): number;
  /** How many records a page of the token mode holds. */
  shorten(pageSize: number): number;
  /** Shuffles within groups of one time. */
  arrange<T>(rows: readonly T[], timeOf: (row: T) => number | null): readonly T[];
  /** By how many records a page begins off its place. */
  shift(pageNumber: number): number;
  totalCount(exact: number): number;
  /** Remembers a token that is given out. */
  issueToken(token: string): void;
  /** @throws ApiError `InvalidParameter.NextToken` for a token that has died. */
  useToken(token: string): void;
}

/** Movement by the given options. */
export function createDrift(options: DriftOptions): Drift {
  const random = createRandom(options.seed ?? 1);
  const tokens = new Map<string, { readonly issuedAt: number; uses: number }>();
  let calls = 0;
  return {
    options,
    countCall() {
      calls += 1;
    },
    arrivals: () => (options.arrivals ? between(random, 0, options.arrivals) : 0),
    vanishes: () => random() < (options.vanishing ?? 0),
    pageSize(asked, code) {
      if (asked > (options.refusePageSizeAbove ?? Number.POSITIVE_INFINITY)) throw new ApiError(code);
      return Math.min(asked, options.clampPageSizeTo ?? asked);
    },
    shorten: (pageSize) => (random() < (options.shortPages ?? 0) ? between(random, 0, pageSize - 1) : pageSize),
    arrange: (rows, timeOf) => (options.shuffleTies ? shuffleTies(random, rows, timeOf) : rows),
    shift(pageNumber) {
      if (random() >= (options.shiftedPages ?? 0)) return 0;
      return between(random, 1, 3) * (pageNumber > 1 && random() < 0.5 ? 1 : -1);
    },
    totalCount: (exact) => Math.max(0, exact + (options.totalCountError ?? 0)),
    issueToken(token) {
      if (options.tokenLifetimeCalls === undefined && options.tokenUses === undefined) return;
      if (!tokens.has(token)) tokens.set(token, { issuedAt: calls, uses: 0 });
    },
    useToken(token) {
      const known = tokens.get(token);
      if (known === undefined) return;
      known.uses += 1;
      const isDead =
        calls - known.issuedAt > (options.tokenLifetimeCalls ?? Number.POSITIVE_INFINITY) ||
        known.uses > (options.tokenUses ?? Number.POSITIVE_INFINITY);
      if (isDead) throw new ApiError("InvalidParameter.NextToken");
    },
  };
}

function shuffleTies<T>(random: () => number, rows: readonly T[], timeOf: (row: T) => number | null): readonly T[] {
  const arranged: T[] = [];
  for (let from = 0; from < rows.length; ) {
    const time = timeOf(rows[from] as T);
    let to = from + 1;
    while (to < rows.length && timeOf(rows[to] as T) === time) to += 1;
    arranged.push(...(to - from > 1 ? shuffle(random, rows.slice(from, to)) : rows.slice(from, to)));
    from = to;
  }
  return arranged;
}
