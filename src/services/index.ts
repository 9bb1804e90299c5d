/**
 * Decides what a question needs: which sources, how fresh, how far back. Has `sync` see to it and answers from the store. Knows
 * no product and no GraphQL.
 */

export type { CollectOptions, Collector, CollectProgress, SourceFailure } from "#sync";
export { withAnswerLife } from "./answer-life.ts";
export type {
  Answer,
  BackfillState,
  Edge,
  FoundLine,
  GivenPosition,
  InstanceFilter,
  InvocationOrder,
  ListChange,
  OutputChunk,
  OutputMatches,
  Page,
  PageArguments,
  PageSourceState,
  PageWants,
  ResultFilter,
  Sealer,
  Services,
  WatchWants,
} from "./contract.ts";
export {
  type LineMatch,
  MAX_CONTEXT_LINES,
  MAX_MATCHES,
  MAX_SEARCH_LENGTH,
  type Matchers,
  type Parts,
  searchLines,
  UNITS_A_TURN,
} from "./line-search.ts";
export { readPageArguments } from "./page-arguments.ts";
export { createSealer } from "./sealer.ts";
export { type AllServices, createServices, type ServicesOptions } from "./services.ts";
export type { DurationQuantiles, StatisticsGroup, StatisticsInterval, StatisticsRow } from "./statistics-rows.ts";
export type { WatchOptions } from "./watch.ts";
