import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from "jose";

/** An OpenID Connect issuer on loopback, as far as verifying its tokens needs one. */
export interface TestIssuer {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** What it answers instead of its own documents, by path. */
  readonly answers: Map<string, (response: ServerResponse) => void>;
  /** Signs with the newest key. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** Signs with the newest key by another algorithm. */
  signAs(algorithm: string, claims: JWTPayload): Promise<string>;
  /** A new key; the old one is no longer published. */
  rotate(): Promise<void>;
  publicJwk(): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export async function startIssuer(algorithm: "ES256" | "RS256" = "ES256"): Promise<TestIssuer> {
  const asked: string[] = [];
  const answers = new Map<string, (response: ServerResponse) => void>();
  let generation = 0;
  let pair = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = async () => ({ ...(await exportJWK(pair.publicKey)), kid: `key-${generation}`, use: "sig" });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    asked.push(path);
    // The tests' time is not this machine's.
    response.sendDate = false;
    const answer = answers.get(path);
    if (answer !== undefined) return answer(response);
    void documentOf(path).then((body) => response.end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const documentOf = async (path: string) =>
    path === "/jwks" ? { keys: [await publicJwk()] } : { issuer: url, jwks_uri: `${url}/jwks` };
  return {
    url,
    asked,
    answers,
    sign: (claims, header = {}) =>
      signWith(pair.privateKey, claims, { alg: algorithm, kid: `key-${generation}`, ...header }),
    async signAs(other, claims) {
      const key = (await importJWK(await exportJWK(pair.privateKey), other)) as CryptoKey;
      return signWith(key, claims, { alg: other, kid: `key-${generation}` });
    },
    async rotate() {
      pair = await generateKeyPair(algorithm, { extractable: true });
      generation += 1;
    },
    publicJwk,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function signWith(key: CryptoKey, claims: JWTPayload, header: JWTHeaderParameters): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}
