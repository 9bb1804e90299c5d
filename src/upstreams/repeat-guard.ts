/** Sees when an upstream answers the same records whatever page it is asked for. */
export interface RepeatGuard {
  /** Remembers the runs of a page. */
  note(invokeIds: readonly string[], pageNumber: number): void;
  /**
   * True if a later page holds nothing but runs of the first page or of the page before. It may be right all the same: as
   * many new runs as a page holds push all of it one page on. The first page, as it is now, decides.
   */
  isSuspicious(invokeIds: readonly string[], pageSize: number): boolean;
}

/** Remembers two pages. */
export function createRepeatGuard(): RepeatGuard {
  let first: ReadonlySet<string> = new Set();
  let latest: ReadonlySet<string> = new Set();
  return {
    note(invokeIds, pageNumber) {
      latest = new Set(invokeIds);
      if (pageNumber === 1) first = latest;
    },
    isSuspicious: (invokeIds, pageSize) =>
      invokeIds.length > 0 &&
      [first, latest].some(
        (known) =>
          known.size > 0 &&
          invokeIds.length >= Math.min(known.size, pageSize) &&
          invokeIds.every((invokeId) => known.has(invokeId)),
      ),
  };
}

/** True if two pages hold the same runs, in whatever order. */
export function hasSameRuns(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return a.length === b.length && b.every((invokeId) => known.has(invokeId));
}
