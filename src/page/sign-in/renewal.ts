import * as oauth from "oauth4webapi";
import { audienceOf, returnAddress } from "./code-flow.ts";
import type { SignInIssuer } from "./issuers.ts";
import { optionsOf, within } from "./provider.ts";
import { type Tokens, toTokens } from "./tokens.ts";

/** What an issuer wants to see again. Only in memory: it lives longer than a token, and browsers write what a tab keeps to disk. */
export type Renewal = Pick<Tokens, "refreshToken" | "idToken">;

/** Exchanges a refresh token. @throws SignInError if the issuer refuses or does not answer */
export async function renewTokens(issuer: SignInIssuer, renewal: Renewal, refreshToken: string): Promise<Tokens> {
  const answer = await within(issuer, async (server, client) => {
    const options = { ...optionsOf(issuer), additionalParameters: audienceOf(issuer) };
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, options);
    return oauth.processRefreshTokenResponse(server, client, response);
  });
  const tokens = toTokens(answer, issuer, Date.now());
  // Issuers that do not rotate theirs send none.
  return {
    ...tokens,
    refreshToken: tokens.refreshToken ?? refreshToken,
    idToken: tokens.idToken ?? renewal.idToken,
  };
}

/** Takes the refresh token back, and names the address at which the reader's session at the issuer ends; null if there is none. */
export async function endAtIssuer(issuer: SignInIssuer, { refreshToken, idToken }: Renewal): Promise<URL | null> {
  return within(issuer, async (server, client) => {
    if (refreshToken !== null && server.revocation_endpoint !== undefined) {
      await oauth.revocationRequest(server, client, oauth.None(), refreshToken, optionsOf(issuer));
    }
    if (server.end_session_endpoint === undefined) return null;
    const address = new URL(server.end_session_endpoint);
    address.searchParams.set("client_id", issuer.clientId);
    address.searchParams.set("post_logout_redirect_uri", returnAddress());
    if (idToken !== null) address.searchParams.set("id_token_hint", idToken);
    return address;
  });
}
