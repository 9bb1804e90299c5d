/**
 * Decides: merges the sources into one list, batches and caches results, knows what is final. Knows the contract `Upstream`,
 * no product and no GraphQL.
 */
export type {
  Answer,
  Edge,
  Page,
  PageArguments,
  PageWants,
  ResultFilter,
  Sealer,
  Services,
  SourceFailure,
  SourceState,
  WatchWants,
} from "./contract.ts";
export { type PageRequestArguments, readPageArguments } from "./page-arguments.ts";
export { createSealer, type SealerOptions } from "./sealer.ts";
export { createServices, type ServicesOptions } from "./services.ts";
export type { WatchOptions } from "./watch.ts";
