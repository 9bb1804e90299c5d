/**
 * Keeps the store true: reads lists on, at both ends, follows what is unfinished, shares one reading among all who wait for it.
 * Knows upstreams and the store; may not know who asks or why.
 */
export * from "./collect/index.ts";
export type { Follower } from "./follow.ts";
export { isFresh, isSettledExecution, isSettledRun } from "./freshness.ts";
export { resultOf } from "./known-results.ts";
export type { KnownList } from "./lists.ts";
export {
  findSourceAmong,
  type SourceBook,
  type SourceFailure,
  type SourceState,
  toSourceFailure,
} from "./source-book.ts";
export { createSync, type Sync, type SyncOptions } from "./sync.ts";
