/** What is not given to a caller is not there: the one place where services are cut to a view. */
export { limitBackfill } from "./backfill.ts";
export { limitChanges } from "./changes.ts";
export { limitStore, type PageStore } from "./store.ts";
export { limitSync } from "./sync.ts";
export { limitWatch } from "./watch.ts";
