/** Runs, and the run on one instance. */
export { readConsoleAddress } from "./console-address.ts";
export { InstanceInvocation, rowProjection } from "./instance-invocation.ts";
export {
  connectRecords,
  connectRuns,
  Invocation,
  InvocationConnection,
  invocationOf,
  invocationProjection,
  pageProjection,
  readRun,
} from "./invocation.ts";
export { InstanceInvocationLinks, InstanceLinks } from "./links.ts";
export { settleRun } from "./outcomes.ts";
export type { InvocationState } from "./state.ts";
