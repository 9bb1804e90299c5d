/** What is read because somebody asks: runs, results, servers, and how unfinished runs go on. */
export type { Follower } from "./follow.ts";
export { isFresh, isSettledExecution, isSettledRun } from "./freshness.ts";
export { resultOf } from "./known-results.ts";
export { createSync, type Sync, type SyncOptions } from "./sync.ts";
export { createUnreadMark, markUnread } from "./unread-instances.ts";
