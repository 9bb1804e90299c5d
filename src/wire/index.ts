/** Action and parameters in, JSON out: signs, sends, retries. May not know what a run is. */

export {
  CODE_FAMILIES,
  type CodeFamily,
  type CodeMeaning,
  type Cure,
  UPSTREAM_CODES,
} from "./codes.ts";
export type { Call, CallAnswer, CallRequest, ParameterValue } from "./contract.ts";
export {
  type Credential,
  type CredentialSettings,
  type CredentialSource,
  createStaticCredentials,
} from "./credentials.ts";
export type { BreakerState } from "./limits/index.ts";
export { environmentProxies, noProxies, type ProxyRule } from "./proxies.ts";
export type { UpstreamCode } from "./upstream-code.ts";
export { createWire, type Wire, type WireOptions } from "./wire.ts";
