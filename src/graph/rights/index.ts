/** Which field needs which right, and what a caller's rights leave of a selection. */
export { createKindGuard, installGuards, requireOutputs } from "./guards.ts";
export { kindsOf, maskSelection, type NeedsOf, needsByRights } from "./mask-selection.ts";
