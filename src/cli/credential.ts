import { openSignInFile, readFreshToken } from "./sign-in/index.ts";
import type { Surroundings } from "./terminal/index.ts";

/** Where the credential of a call came from. */
export type CredentialOrigin = "--header" | "--token" | "CLOUD_ASSISTANT_TOKEN" | "sign-in";

/** What is sent as `authorization`, and where it came from. */
export interface Credential {
  readonly origin: CredentialOrigin;
  readonly authorization: string;
}

/** Options that name a credential. */
export interface CredentialOptions {
  readonly url: string;
  readonly token?: string;
  readonly header?: Readonly<Record<string, string>>;
}

/**
 * Reads the credential for each call anew, since a sign-in is refreshed while a command waits: `--header`, `--token`, the variable, or
 * the sign-in at this gateway, in this order. Null if there is none.
 */
export function createCredentialReader(
  { url, token, header = {} }: CredentialOptions,
  surroundings: Surroundings,
): () => Promise<Credential | null> {
  const own = Object.entries(header).find(([name]) => name.toLowerCase() === "authorization");
  if (own !== undefined) return async () => ({ origin: "--header", authorization: own[1] });
  const bearer = (origin: CredentialOrigin, value: string): Credential => ({
    origin,
    authorization: `Bearer ${value}`,
  });
  if (token !== undefined) return async () => bearer("--token", token);
  const variable = surroundings.environment.CLOUD_ASSISTANT_TOKEN;
  if (variable) return async () => bearer("CLOUD_ASSISTANT_TOKEN", variable);
  return async () => {
    const fresh = URL.canParse(url) ? await readFreshToken(openSignInFile(url, surroundings), surroundings) : null;
    return fresh === null ? null : bearer("sign-in", fresh);
  };
}
