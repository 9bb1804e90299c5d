/** A place in the file: keys and indexes from the top. */
export type Place = readonly (string | number)[];

/** Something in the file that is not as it has to be. */
export interface Fault {
  readonly place: Place;
  /** A clause: what would have been right. */
  readonly expected: string;
  /** A clause: what came instead, if it is not what stands there. */
  readonly got?: string;
  /** A sentence: what to do. */
  readonly hint?: string;
}
