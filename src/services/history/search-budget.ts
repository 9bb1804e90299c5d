/** Windows that one operation may read in search of runs without a creation time, all its lists together. */
export interface SearchBudget {
  readonly left: number;
  /** True, and counted, as long as there is one left. */
  take(): boolean;
}

/** Starts with so many windows. */
export function createSearchBudget(windows: number): SearchBudget {
  let left = windows;
  return {
    get left() {
      return left;
    },
    take() {
      left -= 1;
      return left >= 0;
    },
  };
}
