import type { Surroundings } from "../terminal/index.ts";
import { CommandError } from "../terminal/index.ts";
import type { Members } from "./oauth.ts";

/** What an issuer handed out for one gateway. */
export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly accessToken: string;
  /** Null if the issuer gives none: then the sign-in ends with the access token. */
  readonly refreshToken: string | null;
  /** Epoch milliseconds; null if the issuer does not say. */
  readonly expiresAt: number | null;
}

/**
 * Reads an answer of the token endpoint (RFC 6749, section 5.1).
 * @param before the sign-in that was refreshed; its refresh token stays if no new one came
 */
export function readTokens(
  members: Members,
  { issuer, clientId, refreshToken }: Pick<SignIn, "issuer" | "clientId" | "refreshToken">,
  { now }: Pick<Surroundings, "now">,
): SignIn {
  const { access_token: accessToken, refresh_token: next, expires_in: seconds } = members;
  if (typeof accessToken !== "string" || accessToken === "") throw new CommandError(`${issuer} gave no access token.`);
  return {
    issuer,
    clientId,
    accessToken,
    refreshToken: typeof next === "string" ? next : refreshToken,
    expiresAt: typeof seconds === "number" ? now() + seconds * 1000 : null,
  };
}
