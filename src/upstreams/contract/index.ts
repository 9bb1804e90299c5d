/** What a product must be able to do. */
export { DeadPlaceError, isDeadToken } from "./dead-place.ts";
export { PartialResultsError } from "./partial-results.ts";
export { foundOrPartial, PartialServersError } from "./partial-servers.ts";
export type * from "./product.ts";
export { isNotOffered, isRefusal, orWhenNotOffered, orWhenRefused } from "./refusal.ts";
export type * from "./upstream.ts";
