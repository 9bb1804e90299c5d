import * as oauth from "oauth4webapi";
import { SignInError } from "./failure.ts";
import type { SignInIssuer } from "./issuers.ts";

const TIMEOUT_MS = 10_000;

/** How an issuer is asked. Plain http is for issuers on loopback, which are the only ones that the access file takes without TLS. */
export function optionsOf({ issuer }: SignInIssuer) {
  return {
    [oauth.allowInsecureRequests]: new URL(issuer).protocol === "http:",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
}

/**
 * Runs a conversation with an issuer, told what that says of itself at `/.well-known/openid-configuration`, and who the page is there.
 * @throws SignInError for whatever goes wrong in it
 */
export async function within<Result>(
  issuer: SignInIssuer,
  talk: (server: oauth.AuthorizationServer, client: oauth.Client) => Result | Promise<Result>,
): Promise<Result> {
  const address = new URL(issuer.issuer);
  try {
    const answer = await oauth.discoveryRequest(address, optionsOf(issuer));
    const server = await oauth.processDiscoveryResponse(address, answer);
    return await talk(server, { client_id: issuer.clientId, [oauth.clockTolerance]: 30 });
  } catch (error) {
    throw toSignInError(error, address.host);
  }
}

function toSignInError(error: unknown, host: string): SignInError {
  if (error instanceof SignInError) return error;
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return new SignInError("REFUSED", error.error_description ?? error.error);
  }
  // The library says so of every answer that is not what was asked for; what else is thrown comes from the network.
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return new SignInError("BROKEN", error.message);
  }
  return new SignInError("UNREACHABLE", host);
}
