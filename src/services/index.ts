/**
 * Decides what a question needs: which sources, how fresh, how far back. Has `sync` see to it and answers from the store. Knows
 * no product and no GraphQL.
 */

export { type CollectOptions, type Collector, type CollectProgress, type SourceFailure, toSourceFailure } from "#sync";
export type {
  Answer,
  BackfillState,
  DurationQuantiles,
  Edge,
  FoundLine,
  GivenPosition,
  InstanceFilter,
  InvocationOrder,
  LineMatch,
  ListChange,
  ListWatchBegin,
  OutputChunk,
  OutputMatches,
  Page,
  PageArguments,
  PageProjection,
  PageSourceState,
  ResultFilter,
  Sealer,
  Services,
  ShownResult,
  ShownResults,
  StatisticsGroup,
  StatisticsInterval,
  StatisticsRow,
  WatchProjection,
} from "./contract/index.ts";
export { createSealer, openPlace, readPageArguments } from "./paging/index.ts";
export {
  type LineSearch,
  MAX_CONTEXT_LINES,
  MAX_MATCHES,
  MAX_SEARCH_LENGTH,
  type Matchers,
  type Parts,
  searchLines,
  UNITS_A_TURN,
  unitsToDecode,
} from "./questions/index.ts";
export type { WatchOptions } from "./run-watch/index.ts";
export { withAnswerLife } from "./runs/index.ts";
export { type AllServices, createServices, type ServicesOptions } from "./services.ts";
