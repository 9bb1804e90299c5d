import type { TokenEndpointResponse } from "oauth4webapi";
import { SignInError } from "./failure.ts";
import type { SignInIssuer } from "./issuers.ts";

/** What an issuer gave. */
export interface Tokens {
  /** Goes to the gateway. */
  readonly token: string;
  /** When the token ends, in milliseconds since 1970 by this machine's clock. */
  readonly endsAt: number;
  /** Null if the issuer gives none. */
  readonly refreshToken: string | null;
  /** Tells the issuer who signs out. */
  readonly idToken: string | null;
}

/**
 * Chooses the token that the gateway takes: a JWT of this issuer that is meant for the audience. The access token comes first; issuers
 * whose access tokens are opaque or for others, as Entra's without an API of one's own, have the ID token if it names the audience.
 * Ends are reckoned from now on, since clocks of two machines differ.
 * @throws SignInError `NO_TOKEN` if neither is one
 */
export function toTokens(
  answer: Pick<TokenEndpointResponse, "access_token" | "id_token" | "refresh_token" | "expires_in">,
  issuer: SignInIssuer,
  now: number,
): Tokens {
  const token = [answer.access_token, answer.id_token].find((one) => one !== undefined && isFor(one, issuer));
  if (token === undefined) throw new SignInError("NO_TOKEN", issuer.audience);
  const seconds = lifetimeOf(token) ?? answer.expires_in ?? 0;
  const refreshToken = answer.refresh_token ?? null;
  return { token, endsAt: now + seconds * 1_000, refreshToken, idToken: answer.id_token ?? null };
}

function isFor(token: string, { issuer, audience }: SignInIssuer): boolean {
  const { iss, aud } = readClaims(token);
  return iss === issuer && (Array.isArray(aud) ? aud.includes(audience) : aud === audience);
}

function lifetimeOf(token: string): number | null {
  const { iat, exp } = readClaims(token);
  return typeof iat === "number" && typeof exp === "number" ? exp - iat : null;
}

/** What a JWT says. Nothing of it is believed: the gateway verifies it. Empty if it is none. */
function readClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const body = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}
