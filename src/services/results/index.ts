/** Results of runs: pages of them, and single ones by key. */
export { createResults } from "./by-key.ts";
export { createKeptOutputs } from "./kept-outputs.ts";
export { createHistories } from "./of-run.ts";
export { createResultPages } from "./pages.ts";
export { createStrays } from "./strays.ts";
