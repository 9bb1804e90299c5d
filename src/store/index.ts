/** What was read: runs, executions and outputs in the total order, and how far each list is known. Knows `domain` only. */

export type * from "./contract/index.ts";
export {
  above,
  addSpan,
  comparePositions,
  cutSpans,
  executionReadAt,
  findSpan,
  LIST_END,
  LIST_HEAD,
  markGone,
  markOutputs,
  NO_TIME,
  outlineOf,
  placeOfOutline,
  positionOf,
  runsOf,
  type Span,
  timeOf,
} from "./contract/index.ts";
export { createFallbackStore, type FallbackStore } from "./fallback.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory/index.ts";
export { createLoneReplica, type Lease, type Leases, type ReadingTurns, type Replica } from "./replicas/index.ts";
export { keepRetention, type RetentionParts } from "./retention.ts";
export {
  createDatabase,
  type Database,
  DatabaseProblem,
  type DatabaseStore,
  type Forgettable,
  type Retention,
} from "./sql/index.ts";
