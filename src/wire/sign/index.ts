/** How a request is written down, dated and signed. */
export { toCanonicalQuery } from "./parameters.ts";
export { createSignedHeaders, isSendable } from "./sign.ts";
export { createUpstreamClock, type UpstreamClock } from "./upstream-clock.ts";
