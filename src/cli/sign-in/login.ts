import { EXIT_CODES, type ExitCode, tell, toLine } from "../terminal/index.ts";
import { signInByDevice } from "./device-flow.ts";
import { chooseIssuer } from "./issuers.ts";
import { discover, isSafe, post } from "./oauth.ts";
import type { SignInContext } from "./sign-in-context.ts";
import { openSignInFile } from "./sign-in-file.ts";
import { readTokens, type SignIn } from "./tokens.ts";

/** Options of `login`. */
export interface LoginOptions {
  readonly issuer?: string;
  readonly scope?: string;
}

/** Signs in at an issuer of the gateway, and keeps the tokens for later commands. */
export async function login(context: SignInContext, { issuer: named, scope }: LoginOptions): Promise<ExitCode> {
  const { surroundings, gateway } = context;
  if (!isSafe(gateway.url)) {
    tell(context, "the gateway's address is plain http: anybody on the way can read the token.");
  }
  const { issuer, clientId, audience } = await chooseIssuer(context, named);
  const endpoints = await discover(issuer);
  const members = await signInByDevice(context, endpoints, { issuer, clientId, audience, scope });
  const file = openSignInFile(gateway.url, surroundings);
  await file.write(readTokens(members, { issuer, clientId, refreshToken: null }, surroundings));
  tell(context, `signed in at ${toLine(issuer)}.`);
  return EXIT_CODES.success;
}

/** Forgets the sign-in at the gateway, and takes it back at the issuer if that can be done. */
export async function logout(context: SignInContext): Promise<ExitCode> {
  const file = openSignInFile(context.gateway.url, context.surroundings);
  const signIn = await file.read();
  await file.remove();
  if (signIn === null) {
    tell(context, "nobody was signed in.");
    return EXIT_CODES.success;
  }
  const isRevoked = await revoke(signIn).catch(() => false);
  const remark = `; ${toLine(signIn.issuer)} did not take the tokens back, and they end alone`;
  tell(context, `signed out${isRevoked ? "" : remark}.`);
  return EXIT_CODES.success;
}

/** RFC 7009; the refresh token first, since what was made of it ends with it. */
async function revoke({ issuer, clientId, refreshToken, accessToken }: SignIn): Promise<boolean> {
  const { revocation } = await discover(issuer);
  if (revocation === null) return false;
  const { status } = await post(revocation, { token: refreshToken ?? accessToken, client_id: clientId });
  return status === 200;
}
