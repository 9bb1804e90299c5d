import type { ListParts } from "../lists/index.ts";

/** What records are read with. */
export interface ReaderParts extends ListParts {
  /** How old what still moves may be, in milliseconds. */
  readonly freshnessMs: number;
  /** Hash of the redaction rules of the moment; null for none. */
  readonly rulesHash: () => string | null;
}
