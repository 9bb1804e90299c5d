/** What was read: runs, executions and outputs in the total order, and how far each list is known. Knows `domain` only. */
export { createMemoryStore, type MemoryStoreOptions } from "./memory.ts";
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
export type * from "./run-store.ts";
export { addSpan, cutSpans, findSpan, type Span } from "./spans.ts";
