/** Runs: pages of all sources by the total order, and single ones by key. */
export { countWrites, withAnswerLife } from "./answer-life.ts";
export { createRecordReader } from "./by-key.ts";
export { createRunPages, plainProjection, type RunPages } from "./pages.ts";
export { followRows, type PageTiming, tellFollowed } from "./patience.ts";
export { dependsOnState } from "./states.ts";
export type { RunStretch } from "./stretch.ts";
