/**
 * The product ECS (API version 2014-05-26) behind the contract `Upstream`. May not know that there are other products.
 */
export { createEcsUpstream, ecs } from "./adapter.ts";
