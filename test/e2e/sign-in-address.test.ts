import { afterEach, describe, expect, it } from "@jest/globals";

import { startGuardedGateway } from "../support/access.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.stop());

const OIDC = [
  { issuer: "http://127.0.0.1:9", audience: ["gateway", "other"], clientId: "page", rolesClaim: "secret-claim" },
  { issuer: "http://127.0.0.1:8", audience: "gateway" },
];

async function ask(init: RequestInit = {}) {
  const response = await fetch(new URL("/sign-in", gateway.url), init);
  const { headers } = response;
  return { response, status: response.status, type: headers.get("content-type"), cache: headers.get("cache-control") };
}

describe("/sign-in", () => {
  it("tells without a credential where people can sign in, and nothing else", async () => {
    gateway = await startGuardedGateway({ oidc: OIDC });
    const { response, ...rest } = await ask();
    expect({ ...rest, body: await response.json() }).toEqual({
      status: 200,
      type: "application/json; charset=utf-8",
      cache: "public, max-age=60",
      body: { issuers: [{ issuer: "http://127.0.0.1:9", clientId: "page", audience: "gateway" }] },
    });
  });

  it("goes with the access file", async () => {
    const guarded = await startGuardedGateway({ oidc: OIDC });
    gateway = guarded;
    guarded.rewrite({ oidc: [{ ...OIDC[1], clientId: "next" }] });
    const next = { issuers: [{ issuer: "http://127.0.0.1:8", clientId: "next", audience: "gateway" }] };
    for (let body: unknown = null; JSON.stringify(body) !== JSON.stringify(next); ) {
      body = await (await ask()).response.json();
    }
  });

  it("is empty without an access file", async () => {
    gateway = await startGateway({});
    const { response } = await ask();
    expect(await response.text()).toBe('{"issuers":[]}\n');
  });

  it("is served to pages of the listed origins, and only read", async () => {
    gateway = await startGateway({ settings: { CORS_ORIGINS: "https://console.example" } });
    const own = await ask({ headers: { origin: "https://console.example" } });
    const foreign = await ask({ headers: { origin: "https://evil.example" } });
    const sent = await ask({ method: "POST" });
    expect([
      own.response.headers.get("access-control-allow-origin"),
      foreign.response.headers.get("access-control-allow-origin"),
      sent.status,
      sent.response.headers.get("allow"),
    ]).toEqual(["https://console.example", null, 405, "GET, HEAD"]);
  });
});
