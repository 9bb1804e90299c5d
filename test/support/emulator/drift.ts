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
  /** A run cannot be read for so long after its creation, as when replicas lag behind. */
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

/** The movement itself: its options, its own randomness, and its memory of tokens. */
export interface Drift {
  readonly options: DriftOptions;
  readonly random: () => number;
  readonly tokens: Map<string, { readonly issuedAt: number; readonly uses: number }>;
  calls: number;
}
