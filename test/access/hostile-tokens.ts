import { createHmac, createPublicKey } from "node:crypto";
import { exportJWK, generateKeyPair, type JWTPayload } from "jose";
import { signWith, type TestIssuer } from "./issuer.ts";

/** Whose tokens they are or claim to be. Both issuers sign with RS256. */
export interface HostileParties {
  /** Of the access file, for the audience `cloud-assistant`. */
  readonly issuer: TestIssuer;
  /** Of no access file. */
  readonly stranger: TestIssuer;
  /** The gateway's time, in seconds since 1970. */
  readonly now: number;
}

type Changes = { [Claim in keyof JWTPayload]?: JWTPayload[Claim] | undefined };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** What a good token says, but for the changes. */
export function claims({ issuer, now }: HostileParties, changed: Changes = {}): JWTPayload {
  const usual = { iss: issuer.url, aud: "cloud-assistant", sub: "u-1", exp: now + 600, groups: ["operators"] };
  return { ...usual, ...changed } as JWTPayload;
}

function swapPart(token: string, index: number, part: string): string {
  return token
    .split(".")
    .map((old, at) => (at === index ? part : old))
    .join(".");
}

/** Signed with HMAC, with a secret that everybody can read. */
function signWithSecret(by: HostileParties, secret: string, header: object): string {
  const input = `${encode(header)}.${encode(claims(by))}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

async function publicPem({ issuer }: HostileParties): Promise<string> {
  return createPublicKey({ key: await issuer.publicJwk(), format: "jwk" })
    .export({ type: "spki", format: "pem" })
    .toString();
}

/** Makers of tokens that are no good, by what they are of. */
export const HOSTILE_TOKENS: Readonly<Record<string, (by: HostileParties) => Promise<string>>> = {
  "no algorithm": async (by) => `${encode({ alg: "none" })}.${encode(claims(by))}.`,
  "no algorithm, otherwise spelt": async (by) => `${encode({ alg: "NoNe", kid: "key-0" })}.${encode(claims(by))}.`,
  "no algorithm, with a signature": async (by) =>
    swapPart(await by.issuer.sign(claims(by)), 0, encode({ alg: "none" })),
  "HMAC with the public key as PEM": async (by) =>
    signWithSecret(by, await publicPem(by), { alg: "HS256", kid: "key-0" }),
  "HMAC with the public key's modulus": async (by) =>
    signWithSecret(by, String((await by.issuer.publicJwk()).n), { alg: "HS256", kid: "key-0" }),
  "HMAC with the empty secret": async (by) => signWithSecret(by, "", { alg: "HS256" }),
  "an algorithm that is not pinned, by the issuer's own key": (by) => by.issuer.signAs("PS256", claims(by)),
  "another audience": (by) => by.issuer.sign(claims(by, { aud: "grafana" })),
  "no audience": (by) => by.issuer.sign(claims(by, { aud: undefined })),
  "another issuer, in its own words": (by) => by.stranger.sign(claims(by, { iss: by.stranger.url })),
  "another issuer that claims to be this one": (by) => by.stranger.sign(claims(by)),
  "no issuer": (by) => by.issuer.sign(claims(by, { iss: undefined })),
  "an issuer that is no text": (by) => by.issuer.sign({ ...claims(by), iss: [by.issuer.url] as unknown as string }),
  "an issuer that differs by a slash": (by) => by.issuer.sign(claims(by, { iss: `${by.issuer.url}/` })),
  "the past": (by) => by.issuer.sign(claims(by, { exp: by.now - 31 })),
  "no end": (by) => by.issuer.sign(claims(by, { exp: undefined })),
  "an end that is no number": (by) => by.issuer.sign({ ...claims(by), exp: "2999-01-01" as unknown as number }),
  "the future": (by) => by.issuer.sign(claims(by, { nbf: by.now + 31 })),
  nobody: (by) => by.issuer.sign(claims(by, { sub: undefined })),
  "a key that nobody has": (by) => by.issuer.sign(claims(by), { kid: "key-99" }),
  "a key id that is a path": (by) => by.issuer.sign(claims(by), { kid: "../../../../dev/null" }),
  "a key id that is a query": (by) => by.issuer.sign(claims(by), { kid: "x' UNION SELECT 'secret" }),
  "a key set of its own by address": async (by) => {
    return by.stranger.sign(claims(by), { jku: `${by.stranger.url}/jwks`, kid: "key-0" });
  },
  "a certificate of its own by address": (by) => by.stranger.sign(claims(by), { x5u: `${by.stranger.url}/jwks` }),
  "a key of its own in its header": async (by) => {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    return signWith(privateKey, claims(by), { alg: "RS256", jwk: await exportJWK(publicKey) });
  },
  "a critical extension": async (by) => {
    const token = await by.issuer.sign(claims(by));
    return swapPart(token, 0, encode({ alg: "RS256", kid: "key-0", crit: ["x"], x: 1 }));
  },
  "a changed payload": async (by) =>
    swapPart(await by.issuer.sign(claims(by)), 1, encode(claims(by, { groups: ["root"] }))),
  "no signature": async (by) => swapPart(await by.issuer.sign(claims(by)), 2, ""),
  "a signature that is cut": async (by) => (await by.issuer.sign(claims(by))).slice(0, -8),
  "a payload that is a token": async (by) =>
    swapPart(await by.issuer.sign(claims(by)), 1, encode(await by.issuer.sign(claims(by)))),
  "a payload that is a list": async (by) => swapPart(await by.issuer.sign(claims(by)), 1, encode([claims(by)])),
  "a token that ends a session": (by) => by.issuer.sign(claims(by), { typ: "logout+jwt" }),
  "five parts": async (by) => `${await by.issuer.sign(claims(by))}.x.y`,
  "two parts": async (by) => (await by.issuer.sign(claims(by))).split(".").slice(0, 2).join("."),
  "one letter": async () => "x",
  dots: async () => "..",
  "twice its own": async (by) => `${await by.issuer.sign(claims(by))}${await by.issuer.sign(claims(by))}`,
  "9,000 characters": (by) => by.issuer.sign(claims(by, { groups: Array(800).fill("operators") })),
};
