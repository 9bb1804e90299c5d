/** What was read: runs, executions and outputs in the total order, and how far each list is known. Knows `domain` only. */
export { createFallbackStore, type FallbackStore } from "./fallback.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory.ts";
export { outlineOf, placeOfOutline } from "./outline.ts";
export {
  above,
  comparePositions,
  LIST_END,
  LIST_HEAD,
  NO_TIME,
  type Position,
  positionOf,
  timeOf,
} from "./position.ts";
export { createLoneReplica, type Lease, type Leases, type ReadingTurns, type Replica } from "./replicas/index.ts";
export { keepRetention, type RetentionParts } from "./retention.ts";
export type * from "./run-store.ts";
export { addSpan, cutSpans, findSpan, type Span } from "./spans.ts";
export { createDatabase, type Database, type DatabaseStore } from "./sql/database.ts";
export type { Forgettable } from "./sql/forget.ts";
export { DatabaseProblem } from "./sql/problem.ts";
export type { Retention } from "./sql/prune.ts";
