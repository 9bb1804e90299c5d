/** The configured sources as they fared last, and one reading of a source for all who wait for it. */
export { readInTurn } from "./reading-turn.ts";
export { createSingleFlight, type SingleFlight } from "./single-flight.ts";
export {
  createSourceBook,
  findSourceAmong,
  type SourceBook,
  type SourceFailure,
  type SourceState,
  toSourceFailure,
} from "./source-book.ts";
