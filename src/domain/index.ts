/** The words that every room speaks: plain readonly data and pure functions. Knows no room, no package, no clock. */
export type { Clock } from "./clock.ts";
export * from "./errors.ts";
export type * from "./invocation.ts";
export type { CostMeter, Operation } from "./operation.ts";
export type { InvocationFilter, InvocationQuery, Wants } from "./query.ts";
export * from "./source.ts";
export * from "./status.ts";
export * from "./telemetry.ts";
