/**
 * What a product must be able to do, and what the adapters share. May know the wire's `Call`; may not know who asks or why.
 */
export type { InvocationList, InvocationWindow, PageRequest, ResultQuery, Upstream } from "./upstream.ts";
