/** Runs, and the run on one instance. */
export { readConsoleAddress } from "./console-address.ts";
export { InstanceInvocation, type RowProjection, rowProjection } from "./instance-invocation.ts";
export {
  connectRecords,
  connectRuns,
  Invocation,
  InvocationConnection,
  invocationOf,
  invocationProjection,
  pageProjection,
  readRun,
  runNeeds,
} from "./invocation.ts";
export { InstanceInvocationLinks, InstanceLinks } from "./links.ts";
export { type RunNeeds, settleRuns } from "./outcomes.ts";
export type { InvocationState } from "./state.ts";
