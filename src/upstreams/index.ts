/**
 * What a product must be able to do, and what the adapters share: reading what the upstreams answer, in all its shapes,
 * once. May know the wire's `Call`; may not know who asks or why.
 */
export * from "./contract/index.ts";
export * from "./lists/index.ts";
export * from "./mapping/index.ts";
