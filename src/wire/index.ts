/** Action and parameters in, JSON out: signs, sends, retries. May not know what a run is. */
export type { BreakerState } from "./breaker.ts";
export {
  CODE_FAMILIES,
  type CodeFamily,
  type CodeMeaning,
  type Cure,
  UPSTREAM_CODES,
  type UpstreamCode,
} from "./codes.ts";
export type { Call, CallAnswer, CallRequest, ParameterValue } from "./contract.ts";
export {
  type Credential,
  type CredentialSettings,
  type CredentialSource,
  createStaticCredentials,
} from "./credentials.ts";
export { environmentProxies, noProxies, type ProxyRule } from "./proxies.ts";
export { createWire, type Wire, type WireOptions } from "./wire.ts";
