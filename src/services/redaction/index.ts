/** Secrets are hidden before anything is kept. */
export { redactStore } from "./redact-store.ts";
export { redactUpstream } from "./redact-upstream.ts";
