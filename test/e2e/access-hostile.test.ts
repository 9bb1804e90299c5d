import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { createKey } from "#access";
import { claims, HOSTILE_TOKENS, type HostileParties } from "../access/hostile-tokens.ts";
import { startIssuer } from "../access/issuer.ts";
import { type GuardedGateway, startGuardedGateway } from "../support/access.ts";
import { WAYS_IN } from "../support/one-answer.ts";

// Times of tokens are judged by the second, and this machine may be slow.
const startedAt = Math.floor(Date.now() / 1000) * 1000;
const clock = {
  now: () => startedAt,
  elapsed: () => performance.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

let by: HostileParties;
let gateway: GuardedGateway;
beforeAll(async () => {
  const [issuer, stranger] = await Promise.all([startIssuer("RS256"), startIssuer("RS256")]);
  by = { issuer, stranger, now: startedAt / 1000 };
  const oidc = [{ issuer: issuer.url, audience: "cloud-assistant" }];
  gateway = await startGuardedGateway({ oidc }, { MCP: "on" }, clock);
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([by.issuer.stop(), by.stranger.stop()]);
});

const QUERY = "{ viewer { name } }";

async function send(path: string, authorization: string, body?: object): Promise<string> {
  const headers = { authorization, "apollo-require-preflight": "1", "content-type": "application/json" };
  const rest = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(new URL(path, gateway.url), { headers, ...rest });
  return `${response.status} ${await response.text()}`;
}

async function connect(authorization: string): Promise<string> {
  const { ask, leave } = WAYS_IN.websocket(gateway.url, authorization);
  return ask(QUERY, {}).finally(leave);
}

/** Every address that wants a credential. */
const ADDRESSES: Readonly<Record<string, (authorization: string) => Promise<string>>> = {
  http: (shown) => send("/graphql", shown, { query: QUERY }),
  "server-sent events": (shown) => send("/graphql/stream", shown, { query: QUERY }),
  websocket: connect,
  export: (shown) => send("/export?filter={}", shown),
  mcp: (shown) => send("/mcp", shown, { jsonrpc: "2.0", id: 1, method: "tools/list" }),
  metrics: (shown) => send("/metrics", shown),
};

describe("a hostile token", () => {
  it.each(Object.entries(ADDRESSES))(
    "is refused over %s as every other, where a good one is taken",
    async (_, show) => {
      const good = `Bearer ${await by.issuer.sign(claims(by, { groups: ["owner"] }))}`;
      expect(await show(good)).not.toMatch(/^401|^closed/);
      const refused = await show(`Bearer ${createKey().key}`);
      expect(refused).toMatch(/^401 .*expected a valid token or key after Bearer|^closed 4401$/);
      const answers = await Promise.all(
        Object.entries(HOSTILE_TOKENS).map(async ([name, make]) => [name, await show(`Bearer ${await make(by)}`)]),
      );
      expect(answers.filter(([, answer]) => answer !== refused)).toEqual([]);
      expect(answers.length).toBeGreaterThan(30);
    },
  );
});
