/** Secrets are hidden before anything is kept. */
export { redactStore } from "./store.ts";
export { redactUpstream } from "./upstream.ts";
