import * as oauth from "oauth4webapi";
import { SignInError } from "./failure.ts";
import type { SignInIssuer } from "./issuers.ts";

const TIMEOUT_MS = 10_000;

/** What the issuer says of itself, at `/.well-known/openid-configuration`. */
export async function discover({ issuer }: SignInIssuer): Promise<oauth.AuthorizationServer> {
  const address = new URL(issuer);
  return oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address, optionsOf({ issuer })));
}

/** How an issuer is asked. Plain http is for issuers on loopback, which are the only ones that the access file takes without TLS. */
export function optionsOf({ issuer }: Pick<SignInIssuer, "issuer">) {
  return {
    [oauth.allowInsecureRequests]: new URL(issuer).protocol === "http:",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
}

/** Runs a conversation with an issuer. @throws SignInError for whatever goes wrong in it */
export async function within<Result>(issuer: SignInIssuer, talk: () => Promise<Result>): Promise<Result> {
  try {
    return await talk();
  } catch (error) {
    throw toSignInError(error, new URL(issuer.issuer).host);
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
