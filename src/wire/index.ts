/** Action and parameters in, JSON out: signs, sends, retries. May not know what a run is. */

export type { Call, CallAnswer, CallRequest } from "./call/index.ts";
export {
  type Credential,
  type CredentialSettings,
  type CredentialSource,
  createStaticCredentials,
} from "./keys/index.ts";
export { environmentProxies, noProxies } from "./transport/index.ts";
export { createWire, type Wire, type WireOptions } from "./wire.ts";
