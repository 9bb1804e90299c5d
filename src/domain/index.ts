/** The words that every room speaks: plain readonly data and pure functions. Knows no room, no package, no clock. */
export { askByProjection } from "./ask-by-projection.ts";
export { refusalOfCalls } from "./call-budget.ts";
export type { Clock } from "./clock.ts";
export * from "./errors.ts";
export { parseExactJson } from "./exact-json.ts";
export * from "./execution-error.ts";
export { codeOfErrorInfo } from "./execution-error-text.ts";
export * from "./invocation.ts";
export { takeLines } from "./line-part.ts";
export { type AnswerLife, type CostMeter, type Operation, withNotes } from "./operation.ts";
export { type AppendedOutput, readAppended } from "./output-append.ts";
export { diffLines, type LineDifference, maskOutput } from "./output-compare.ts";
export { type DecodedOutput, decodeOutput, isCharset, warmDecoder } from "./output-decode.ts";
export { groupOutputs, isOutputKnown, type OutputGroup } from "./output-group.ts";
export {
  countLines,
  endOfLine,
  firstLines,
  lastLines,
  limitBytes,
  splitLines,
  stripAnsi,
  withoutLineEnd,
} from "./output-text.ts";
export { applyOverwriting } from "./overwritten.ts";
export {
  type InvocationFilter,
  type InvocationQuery,
  namesSomething,
  type Projection,
  type TagQuery,
  upstreamQuery,
} from "./query.ts";
export * from "./query-match.ts";
export type * from "./quota-share.ts";
export * from "./ref-key.ts";
export { createRotation, type Rotation } from "./rotation.ts";
export {
  APPEARS_WITHIN_MS,
  durationMsOf,
  finishTimeOf,
  isDueAfterEarly,
  isEndOwed,
  lacksEnd,
  msBetween,
} from "./run-times.ts";
export { readSchedule, type Schedule, type ScheduleKind } from "./schedule.ts";
export {
  afterPromises,
  createBreaks,
  createSlices,
  mapInBreaks,
  type Slices,
  splitByWeight,
  takeBreak,
  takeBreakBefore,
  wakeInSlices,
  weightOf,
} from "./slices.ts";
export * from "./source.ts";
export * from "./status.ts";
export * from "./telemetry.ts";
