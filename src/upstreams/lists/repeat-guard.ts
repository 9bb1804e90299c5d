/** Sees when an upstream answers the same records whatever page it is asked for. */
export interface RepeatGuard {
  /** Remembers the names of the records of a page. */
  note(names: readonly string[], pageNumber: number): void;
  /**
   * True if a later page holds nothing but records of the first page or of the page before. It may be right all the same: as
   * many new records as a page holds push all of it one page on. The first page, as it is now, decides.
   */
  isSuspicious(names: readonly string[], pageSize: number): boolean;
  /** Remembers that these records were the whole list. */
  noteWhole(names: readonly string[]): void;
  isWhole(names: readonly string[]): boolean;
}

/** Remembers two pages. */
export function createRepeatGuard(): RepeatGuard {
  let first: ReadonlySet<string> = new Set();
  let latest: ReadonlySet<string> = new Set();
  let whole: readonly string[] = [];
  return {
    note(names, pageNumber) {
      latest = new Set(names);
      if (pageNumber === 1) first = latest;
    },
    isSuspicious: (names, pageSize) =>
      names.length > 0 &&
      [first, latest].some(
        (known) =>
          known.size > 0 && names.length >= Math.min(known.size, pageSize) && names.every((name) => known.has(name)),
      ),
    noteWhole(names) {
      whole = names;
    },
    isWhole: (names) => hasSameRecords(whole, names),
  };
}

/** True if two pages hold the same records, in whatever order. */
export function hasSameRecords(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return a.length === b.length && b.every((name) => known.has(name));
}
