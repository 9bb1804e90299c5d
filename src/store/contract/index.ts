/** What every keeper promises, and how all of them place, merge and announce what was read. */
export { type ChangeFeed, createChangeFeed } from "./change-feed.ts";
export { markGone } from "./gone.ts";
export { mergeResult, mergeRun } from "./merge.ts";
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
export { markOutputs, runsOf } from "./projection.ts";
export { executionReadAt, isLate, LATE_MAX_MS, withReadAt } from "./read-times.ts";
export type * from "./run-store.ts";
export { addSpan, cutSpans, findSpan, type Span } from "./spans.ts";
