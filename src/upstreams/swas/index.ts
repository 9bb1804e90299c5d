/**
 * The product Simple Application Server (API version 2020-06-01) behind the contract `Upstream`. May not know that there
 * are other products.
 */
export { createSwasUpstream, swas } from "./adapter.ts";
