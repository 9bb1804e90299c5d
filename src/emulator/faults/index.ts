/** What can go wrong between an answer and who asked for it. */
export type { Effect } from "./effects.ts";
export * as effects from "./effects.ts";
export { createFaults } from "./faults.ts";
