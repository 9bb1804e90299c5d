/** Collects what was promised and what was found. */
export interface Verdicts {
  /** Prints a line: `ok`, or how it fails. */
  tell(promise: string, found: string, isKept: boolean, failure?: "SLOWER" | "WRONG"): void;
  readonly areAllKept: boolean;
}

/** Nothing told yet. */
export function createVerdicts(): Verdicts {
  let areAllKept = true;
  return {
    tell(promise, found, isKept, failure = "SLOWER") {
      areAllKept &&= isKept;
      console.log(`${(isKept ? "ok" : failure).padEnd(6)} ${promise}: ${found}`);
    },
    get areAllKept() {
      return areAllKept;
    },
  };
}
