import type { Clock } from "#domain";
import type { ReadingTurns, RunStore } from "#store";
import type { SingleFlight, SourceBook } from "../sources/index.ts";

/** What records are read with. */
export interface ReaderParts {
  readonly store: RunStore;
  readonly book: SourceBook;
  readonly flights: SingleFlight;
  readonly clock: Clock;
  /** How old what still moves may be, in milliseconds. */
  readonly freshnessMs: number;
  /** Other gateways may want to read the same. */
  readonly turns: ReadingTurns;
  /** Hash of the redaction rules of the moment; null for none. */
  readonly rulesHash: () => string | null;
}
