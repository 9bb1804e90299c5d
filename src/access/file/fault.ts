import type { Place } from "./source-text.ts";

/** Something in the file that is not as it has to be. */
export interface Fault {
  readonly place: Place;
  /** A clause: what would have been right. */
  readonly expected: string;
  /** A clause: what came instead, if it is not what stands there. */
  readonly got?: string;
}
