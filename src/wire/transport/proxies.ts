import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { HttpProxyAgent, HttpsProxyAgent } from "hpagent";
import { getProxyForUrl } from "proxy-from-env";

/** URL of the proxy for a request to this URL; null if the request goes there directly. */
export type ProxyRule = (url: string) => string | null;

/** Sends everything directly. */
export const noProxies: ProxyRule = () => null;

/** The metadata service answers on the machine alone, and what it answers are keys. */
const METADATA_HOST = "100.100.100.200";

/**
 * `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the process, lower case too, by the rules of `proxy-from-env`.
 * The metadata service of an instance is always asked directly.
 */
export const environmentProxies: ProxyRule = (url) =>
  new URL(url).hostname === METADATA_HOST ? null : getProxyForUrl(url) || null;

/** Kept-alive connections for one scheme each, as got takes them. */
interface AgentPair {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Connections that are kept alive: direct ones, and those through each proxy. */
export interface Agents {
  agentsFor(url: string): { readonly agent: AgentPair; readonly isProxied: boolean };
  /** Closes every connection. */
  destroy(): void;
}

/** A proxy that accepts the connection and never answers `CONNECT` is given up after so long. */
const PROXY_IDLE_MS = 30_000;

/** Makes connections as the rule says; a proxy's user name and password go to the proxy alone. */
export function createAgents(proxyFor: ProxyRule): Agents {
  const direct: AgentPair = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const byProxy = new Map<string, AgentPair>();
  const through = (proxy: string): AgentPair => {
    const known = byProxy.get(proxy);
    if (known !== undefined) return known;
    const options = { keepAlive: true, timeout: PROXY_IDLE_MS, proxy };
    const made = { http: new HttpProxyAgent(options), https: new HttpsProxyAgent(options) };
    byProxy.set(proxy, made);
    return made;
  };
  return {
    agentsFor(url) {
      const proxy = proxyFor(url);
      return proxy === null ? { agent: direct, isProxied: false } : { agent: through(proxy), isProxied: true };
    },
    destroy() {
      for (const { http, https } of [direct, ...byProxy.values()]) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

/** Status with which a proxy refused `CONNECT`; null if the error is another one. */
export function readProxyRefusal(error: unknown): number | null {
  const [, status] = /^Bad response: (\d{3})$/.exec(error instanceof Error ? error.message : "") ?? [];
  return status === undefined ? null : Number(status);
}
