import { describe, expect, it } from "@jest/globals";
import { nameOf } from "../../src/page/sign-in/issuers.ts";
import { toTokens } from "../../src/page/sign-in/tokens.ts";

const ISSUER = { issuer: "https://login.example/realms/ops", clientId: "page", audience: "gateway" };
const NOW = Date.parse("2026-01-02T03:04:05Z");

function jwt(claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "ES256" })}.${encode({ iss: ISSUER.issuer, name: "安👍", ...claims })}.signature`;
}

describe("the token that goes to the gateway", () => {
  const access = jwt({ aud: ["account", "gateway"], iat: 100, exp: 400 });
  const idToken = jwt({ aud: "gateway", iat: 100, exp: 700 });

  it("is the access token if it is meant for the gateway", () => {
    const answer = { access_token: access, id_token: idToken, refresh_token: "r", expires_in: 1 };
    expect(toTokens(answer, ISSUER, NOW)).toEqual({
      token: access,
      endsAt: NOW + 300_000,
      refreshToken: "r",
      idToken,
    });
  });

  it.each([
    ["opaque", "2YotnFZFEjr1zCsicMWpAA"],
    ["meant for others", jwt({ aud: "https://graph.example" })],
    ["of another issuer", jwt({ aud: "gateway", iss: "https://sts.example" })],
    ["no JWT after all", "a.b.c"],
  ])("is the ID token if the access token is %s", (_, token) => {
    expect(toTokens({ access_token: token, id_token: idToken }, ISSUER, NOW)).toEqual({
      token: idToken,
      endsAt: NOW + 600_000,
      refreshToken: null,
      idToken,
    });
  });

  it("ends as the issuer says if it does not say itself", () => {
    const answer = { access_token: jwt({ aud: "gateway" }), expires_in: 60 };
    expect(toTokens(answer, ISSUER, NOW).endsAt).toBe(NOW + 60_000);
  });

  it("is none if none is meant for the gateway", () => {
    const answer = { access_token: "opaque", id_token: jwt({ aud: "page" }) };
    expect(() => toTokens(answer, ISSUER, NOW)).toThrow(expect.objectContaining({ kind: "NO_TOKEN", said: "gateway" }));
  });
});

describe("an issuer's name", () => {
  it("is its host, with the path if another one shares it", () => {
    const other = { ...ISSUER, issuer: "https://login.example/realms/dev" };
    const third = { ...ISSUER, issuer: "https://auth.example/" };
    expect([ISSUER, other, third].map((one) => nameOf(one, [ISSUER, other, third]))).toEqual([
      "login.example/realms/ops",
      "login.example/realms/dev",
      "auth.example",
    ]);
    expect(nameOf(ISSUER, [ISSUER, third])).toBe("login.example");
  });
});
