/** The words that every room speaks: plain readonly data and pure functions. Knows no room, no package, no clock. */
export type { Clock } from "./clock.ts";
export * from "./errors.ts";
export * from "./execution-error.ts";
export type { ExecutionErrorCode } from "./execution-error-code.ts";
export { codeOfErrorInfo } from "./execution-error-text.ts";
export type * from "./invocation.ts";
export type { CostMeter, Operation } from "./operation.ts";
export { type DecodedOutput, type DecodeOptions, decodeOutput, isCharset } from "./output-decode.ts";
export { groupOutputs, type OutputGroup } from "./output-group.ts";
export { countLines, firstLines, lastLines, limitBytes, splitLines, stripAnsi } from "./output-text.ts";
export { applyOverwriting } from "./overwritten.ts";
export type { InvocationFilter, InvocationQuery, TagQuery, Wants } from "./query.ts";
export * from "./ref-key.ts";
export { readSchedule, type Schedule, type ScheduleKind } from "./schedule.ts";
export * from "./source.ts";
export * from "./status.ts";
export * from "./telemetry.ts";
