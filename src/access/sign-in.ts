import type { AccessFile } from "./file/index.ts";

/** What a page or a command has to know so that people can sign in there. Nothing of it is secret. */
export interface SignInIssuer {
  /** Exactly as its tokens name it; its endpoints are at `/.well-known/openid-configuration` below. */
  readonly issuer: string;
  /** A public client: PKCE or the device flow, no secret. */
  readonly clientId: string;
  /** Whom a token has to be meant for: the first of the file's, if it names several. */
  readonly audience: string;
}

/** Issuers that people can sign in at, in the order of the file. */
export function toSignInIssuers({ oidc }: Pick<AccessFile, "oidc">): readonly SignInIssuer[] {
  return oidc.flatMap(({ issuer, clientId, audience: [audience] }) =>
    clientId === null || audience === undefined ? [] : [{ issuer, clientId, audience }],
  );
}
