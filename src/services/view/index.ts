/** What is not given to a caller is not there: the one place where services are cut to a view. */
export { limitBackfill } from "./view-backfill.ts";
export { limitChanges } from "./view-changes.ts";
export { limitStore, type PageStore } from "./view-store.ts";
export { limitSync } from "./view-sync.ts";
export { limitWatch } from "./view-watch.ts";
