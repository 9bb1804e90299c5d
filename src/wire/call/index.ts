/** What a call is, how it fails, and when it is over. */
export { explainCode, type RetryKind } from "./codes.ts";
export type { Call, CallAnswer, CallRequest, ParameterValue } from "./contract.ts";
export { createFailure } from "./failure.ts";
export { createOverFailure, failWhenOver, SHORTEST_ATTEMPT_MS, untilAborted } from "./wait.ts";
