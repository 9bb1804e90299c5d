/** Watches runs and what they print: one poller a run, however many watch it. */
export { createOutputWatch } from "./output.ts";
export { createPoll, createPollMeter } from "./poll.ts";
export { APPEAR_MS, type WatchRules } from "./poller.ts";
export { createWait } from "./wait.ts";
export { createWatch, DEFAULT_WATCH, type WatchOptions } from "./watch.ts";
export { createWatcherLimit } from "./watcher-limit.ts";
