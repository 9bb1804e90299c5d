/**
 * The product ECS (API version 2014-05-26) behind the contract `Upstream`. May not know that there are other products.
 */
export { createEcsUpstream, type EcsUpstreamOptions, listEcsRegions } from "./adapter.ts";
