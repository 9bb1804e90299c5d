/** Action and parameters in, JSON out: signs, sends, retries. May not know what a run is. */

export type { Call, CallAnswer, CallRequest } from "./contract.ts";
export {
  type Credential,
  type CredentialSettings,
  type CredentialSource,
  createStaticCredentials,
} from "./credentials.ts";
export { environmentProxies, noProxies } from "./proxies.ts";
export { createWire, type Wire, type WireOptions } from "./wire.ts";
