/** What is not given to a caller is not there: the one place where services are cut to a view. */
export { limitBackfill } from "./limit-backfill.ts";
export { limitChanges } from "./limit-changes.ts";
export { limitStore, type PageStore } from "./limit-store.ts";
export { limitSync } from "./limit-sync.ts";
export { limitWatch } from "./limit-watch.ts";
