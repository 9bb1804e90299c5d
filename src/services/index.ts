/**
 * Decides what a question needs: which sources, how fresh, how far back. Has `sync` see to it and answers from the store. Knows
 * no product and no GraphQL.
 */

export type { SourceFailure } from "#sync";
export type {
  Answer,
  Edge,
  InstanceFilter,
  InvocationOrder,
  Page,
  PageArguments,
  PageSourceState,
  PageWants,
  ResultFilter,
  Sealer,
  Services,
  WatchWants,
} from "./contract.ts";
export { type PageRequestArguments, readPageArguments } from "./page-arguments.ts";
export { createSealer, type SealerOptions } from "./sealer.ts";
export { createServices, type ServicesOptions } from "./services.ts";
export type { WatchOptions } from "./watch.ts";
