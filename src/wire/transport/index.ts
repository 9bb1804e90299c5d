/** One attempt: where to, what is sent, and what the answer is taken for. */
export type { AttemptFailure, AttemptOutcome } from "./attempt.ts";
export type { CallState } from "./call-state.ts";
export { createEndpointResolver, type Endpoint, type EndpointTemplates, type VendorEndpoint } from "./endpoint.ts";
export { type Agents, createAgents, environmentProxies, noProxies, type ProxyRule } from "./proxies.ts";
export { createSender } from "./sender.ts";
export { isMomentary, type QuotaHint } from "./throttle-headers.ts";
export { type AttemptTimeouts, createTransport } from "./transport.ts";
