/** Watches lists by the log of what changed: one poller a source, however many watch. */
export { type ChangeLog, createChangeLog, showAs } from "./change-log.ts";
export { createListPoller, type ListPoller } from "./poller.ts";
export { createListWatch } from "./watch.ts";
