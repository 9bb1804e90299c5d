/** Which field needs which right, and what a caller's rights leave of a selection. */
export { installGuards } from "./guards.ts";
export { createKindGuard, requireOutputs } from "./kind-guard.ts";
export { kindsOf, maskSelection, type NeedsOf, needsByRights } from "./mask-selection.ts";
