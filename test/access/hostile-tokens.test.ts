import { createHmac, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { exportJWK, generateKeyPair, type JWTPayload } from "jose";
import { accessFile, everything } from "./files.ts";
import { createTestGate, type TestGate } from "./gates.ts";
import { signWith, startIssuer, type TestIssuer } from "./issuer.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;

let issuer: TestIssuer;
let stranger: TestIssuer;
let gate: TestGate;

type Changes = { [Claim in keyof JWTPayload]?: JWTPayload[Claim] | undefined };

function claims(changed: Changes = {}): JWTPayload {
  return {
    iss: issuer.url,
    aud: "cloud-assistant",
    sub: "u-1",
    exp: NOW + 600,
    groups: ["operators"],
    ...changed,
  } as JWTPayload;
}

function swapPart(token: string, index: number, part: string): string {
  return token
    .split(".")
    .map((old, at) => (at === index ? part : old))
    .join(".");
}

/** Signed with HMAC, with a secret that everybody can read. */
function signWithSecret(secret: string, header: object): string {
  const input = `${encode(header)}.${encode(claims())}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

async function publicPem(): Promise<string> {
  return createPublicKey({ key: await issuer.publicJwk(), format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();
}

const HOSTILE: Readonly<Record<string, () => Promise<string>>> = {
  "no algorithm": async () => `${encode({ alg: "none" })}.${encode(claims())}.`,
  "no algorithm, otherwise spelt": async () => `${encode({ alg: "NoNe", kid: "key-0" })}.${encode(claims())}.`,
  "no algorithm, with a signature": async () => swapPart(await issuer.sign(claims()), 0, encode({ alg: "none" })),
  "HMAC with the public key as PEM": async () => signWithSecret(await publicPem(), { alg: "HS256", kid: "key-0" }),
  "HMAC with the public key's modulus": async () =>
    signWithSecret(String((await issuer.publicJwk()).n), { alg: "HS256", kid: "key-0" }),
  "HMAC with the empty secret": async () => signWithSecret("", { alg: "HS256" }),
  "an algorithm that is not pinned, by the issuer's own key": () => issuer.signAs("PS256", claims()),
  "another audience": () => issuer.sign(claims({ aud: "grafana" })),
  "no audience": () => issuer.sign(claims({ aud: undefined })),
  "another issuer, in its own words": () => stranger.sign(claims({ iss: stranger.url })),
  "another issuer that claims to be this one": () => stranger.sign(claims()),
  "no issuer": () => issuer.sign(claims({ iss: undefined })),
  "an issuer that is no text": () => issuer.sign({ ...claims(), iss: [issuer.url] as unknown as string }),
  "an issuer that differs by a slash": () => issuer.sign(claims({ iss: `${issuer.url}/` })),
  "the past": () => issuer.sign(claims({ exp: NOW - 31 })),
  "no end": () => issuer.sign(claims({ exp: undefined })),
  "an end that is no number": () => issuer.sign({ ...claims(), exp: "2999-01-01" as unknown as number }),
  "the future": () => issuer.sign(claims({ nbf: NOW + 31 })),
  nobody: () => issuer.sign(claims({ sub: undefined })),
  "a key that nobody has": () => issuer.sign(claims(), { kid: "key-99" }),
  "a key id that is a path": () => issuer.sign(claims(), { kid: "../../../../dev/null" }),
  "a key id that is a query": () => issuer.sign(claims(), { kid: "x' UNION SELECT 'secret" }),
  "a key set of its own by address": async () => {
    return stranger.sign(claims(), { jku: `${stranger.url}/jwks`, kid: "key-0" });
  },
  "a certificate of its own by address": () => stranger.sign(claims(), { x5u: `${stranger.url}/jwks` }),
  "a key of its own in its header": async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    return signWith(privateKey, claims(), { alg: "RS256", jwk: await exportJWK(publicKey) });
  },
  "a critical extension": async () => {
    const token = await issuer.sign(claims());
    return swapPart(token, 0, encode({ alg: "RS256", kid: "key-0", crit: ["x"], x: 1 }));
  },
  "a changed payload": async () => swapPart(await issuer.sign(claims()), 1, encode(claims({ groups: ["root"] }))),
  "no signature": async () => swapPart(await issuer.sign(claims()), 2, ""),
  "a signature that is cut": async () => (await issuer.sign(claims())).slice(0, -8),
  "a payload that is a token": async () =>
    swapPart(await issuer.sign(claims()), 1, encode(await issuer.sign(claims()))),
  "a payload that is a list": async () => swapPart(await issuer.sign(claims()), 1, encode([claims()])),
  "a token that ends a session": () => issuer.sign(claims(), { typ: "logout+jwt" }),
  "five parts": async () => `${await issuer.sign(claims())}.x.y`,
  "two parts": async () => (await issuer.sign(claims())).split(".").slice(0, 2).join("."),
  "one letter": async () => "x",
  dots: async () => "..",
  "twice its own": async () => `${await issuer.sign(claims())}${await issuer.sign(claims())}`,
  "9,000 characters": () => issuer.sign(claims({ groups: Array(800).fill("operators") })),
};

beforeAll(async () => {
  [issuer, stranger] = await Promise.all([startIssuer("RS256"), startIssuer("RS256")]);
  gate = createTestGate(
    accessFile({
      oidc: [{ issuer: issuer.url, audience: "cloud-assistant" }],
      roles: everything,
    }),
  );
});
afterAll(() => Promise.all([issuer.stop(), stranger.stop()]));

describe("a hostile token", () => {
  it("stands beside a good one, which is taken", async () => {
    expect(await gate.show(`Bearer ${await issuer.sign(claims())}`)).toMatchObject({
      name: "u-1",
      roles: ["operators"],
    });
  });

  it.each(Object.entries(HOSTILE))("of %s is refused like every other", async (_, make) => {
    const result = await gate.authenticate({
      authorization: `Bearer ${await make()}`,
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
    expect(stranger.asked).toEqual([]);
    expect(issuer.asked).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });

  it("never shows in the reason or in a warning", async () => {
    const token = await issuer.sign(claims({ aud: "canary-audience", sub: "canary-subject", nonce: "canary" }));
    expect(JSON.stringify([await gate.show(`Bearer ${token}`), gate.warnings])).not.toMatch(/canary|eyJ/);
  });
});
