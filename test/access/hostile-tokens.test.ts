import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { accessFile, everything } from "./files.ts";
import { createTestGate, type TestGate } from "./gates.ts";
import { claims, HOSTILE_TOKENS, type HostileParties } from "./hostile-tokens.ts";
import { startIssuer } from "./issuer.ts";

let by: HostileParties;
let gate: TestGate;

beforeAll(async () => {
  const [issuer, stranger] = await Promise.all([startIssuer("RS256"), startIssuer("RS256")]);
  by = { issuer, stranger, now: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000 };
  gate = createTestGate(
    accessFile({
      oidc: [{ issuer: issuer.url, audience: "cloud-assistant" }],
      roles: everything,
    }),
  );
});
afterAll(() => Promise.all([by.issuer.stop(), by.stranger.stop()]));

describe("a hostile token", () => {
  it("stands beside a good one, which is taken", async () => {
    expect(await gate.show(`Bearer ${await by.issuer.sign(claims(by))}`)).toMatchObject({
      name: "u-1",
      roles: ["operators"],
    });
  });

  it.each(Object.entries(HOSTILE_TOKENS))("of %s is refused like every other", async (_, make) => {
    const result = await gate.authenticate({
      authorization: `Bearer ${await make(by)}`,
      headers: {},
      remoteAddress: "127.0.0.1",
    });
    expect(result).toEqual({
      refusal: {
        kind: "unauthenticated",
        reason: expect.any(String),
        challenge: 'Bearer realm="cloud-assistant", error="invalid_token"',
        retryAfterMs: null,
      },
    });
  });

  it("makes the gate ask nobody but the issuer, and that once", () => {
    expect(by.stranger.asked).toEqual([]);
    expect(by.issuer.asked).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });

  it("never shows in the reason or in a warning", async () => {
    const token = await by.issuer.sign(claims(by, { aud: "canary-audience", sub: "canary-subject", nonce: "canary" }));
    expect(JSON.stringify([await gate.show(`Bearer ${token}`), gate.warnings])).not.toMatch(/canary|eyJ/);
  });
});
