import * as oauth from "oauth4webapi";
import { SignInError } from "./failure.ts";
import type { SignInIssuer } from "./issuers.ts";
import { keepPending, type PendingSignIn } from "./pending.ts";
import { optionsOf, within } from "./provider.ts";
import { type Tokens, toTokens } from "./tokens.ts";

/** The one address that issuers lead back to. Deep links come back all the same, since the tab knows where it was. */
export const returnAddress = (): string => `${location.origin}/`;

/**
 * Leaves for the issuer (authorization code with PKCE, RFC 7636). `from` is the address within the page to come back to.
 * @throws SignInError if the reader cannot get there
 */
export async function leaveForIssuer(issuer: SignInIssuer, from: string): Promise<void> {
  if (!isSecureContext) throw new SignInError("INSECURE");
  const { authorization_endpoint } = await within(issuer, (server) => server);
  if (authorization_endpoint === undefined) throw new SignInError("BROKEN", "authorization_endpoint");
  const verifier = oauth.generateRandomCodeVerifier();
  const secrets = { state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), verifier };
  if (!keepPending({ issuer, from, ...secrets })) throw new SignInError("NO_STORAGE");
  const address = new URL(authorization_endpoint);
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  for (const [name, value] of Object.entries(parametersOf(issuer, secrets, challenge))) {
    address.searchParams.set(name, value);
  }
  location.assign(address);
}

function parametersOf(issuer: SignInIssuer, secrets: { state: string; nonce: string }, challenge: string) {
  return {
    client_id: issuer.clientId,
    redirect_uri: returnAddress(),
    response_type: "code",
    scope: "openid profile",
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...audienceOf(issuer),
  };
}

/** Auth0 reads `audience`; issuers by RFC 8707 read `resource`, which has to be an address. Others pass over both. */
export function audienceOf({ audience }: SignInIssuer): Readonly<Record<string, string>> {
  return { audience, ...(URL.canParse(audience) && { resource: audience }) };
}

/** True for an address that an issuer leads back to: no filter of the page is called `code` or `error`. */
export function isReturn({ searchParams }: URL): boolean {
  return searchParams.has("state") && (searchParams.has("code") || searchParams.has("error"));
}

/**
 * Turns what the issuer sent back into tokens.
 * @throws SignInError if it is not for us, or no token comes of it
 */
export async function takeTokens(returned: URL, pending: PendingSignIn | null): Promise<Tokens> {
  if (pending === null || returned.searchParams.get("state") !== pending.state) throw new SignInError("FOREIGN");
  const { issuer, nonce, verifier, state } = pending;
  const answer = await within(issuer, async (server, client) => {
    const parameters = oauth.validateAuthResponse(server, client, returned, state);
    const options = { ...optionsOf(issuer), additionalParameters: audienceOf(issuer) };
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      returnAddress(),
      verifier,
      options,
    );
    return oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
  });
  return toTokens(answer, issuer, Date.now());
}
