import { openSignInFile, readFreshToken } from "./sign-in/index.ts";
import { CommandError, type Surroundings } from "./terminal/index.ts";
import { isHeaderValue } from "./words.ts";

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
 * the sign-in at this gateway, in this order. Null if there is none. It throws a CommandError for one that cannot be sent.
 */
export function createCredentialReader(
  { url, token, header = {} }: CredentialOptions,
  surroundings: Surroundings,
): () => Promise<Credential | null> {
  const own = Object.entries(header).find(([name]) => name.toLowerCase() === "authorization");
  if (own !== undefined) return async () => ({ origin: "--header", authorization: own[1] });
  const bearer = (origin: CredentialOrigin, value: string): Credential => {
    const authorization = `Bearer ${value}`;
    if (isHeaderValue(authorization)) return { origin, authorization };
    throw new CommandError(
      `\`${origin}\`: expected a token, got one with a character that cannot be sent; it is not shown.`,
    );
  };
  if (token !== undefined) return async () => bearer("--token", token);
  const variable = surroundings.environment.CLOUD_ASSISTANT_TOKEN;
  if (variable) return async () => bearer("CLOUD_ASSISTANT_TOKEN", variable);
  return async () => {
    const fresh = URL.canParse(url) ? await readFreshToken(openSignInFile(url, surroundings), surroundings) : null;
    return fresh === null ? null : bearer("sign-in", fresh);
  };
}
