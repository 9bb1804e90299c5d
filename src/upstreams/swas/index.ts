/**
 * The product Simple Application Server (API version 2020-06-01) behind the contract `Upstream`. May not know that there
 * are other products.
 */
export { createSwasUpstream, listSwasRegions, type SwasUpstreamOptions } from "./adapter.ts";
export type { OutputEncodingSetting } from "./encoding.ts";
