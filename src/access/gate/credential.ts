import { type Refusal, refuseBad } from "./refusal.ts";

/** A token or a key as it was shown; null if nothing was, or only what is not for us, as `Basic`. */
export type Credential = { readonly token: string } | Refusal | null;

// Node refuses header fields of 16 KB anyway; no issuer makes tokens of 8.
const MAX_LENGTH = 8192;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** Reads `Authorization`. More than one is refused: proxies and servers differ in which of them counts. */
export function readCredential(authorization: string | readonly string[] | undefined): Credential {
  const values = typeof authorization === "string" ? [authorization] : (authorization ?? []);
  const [value] = values;
  if (value === undefined) return null;
  if (values.length > 1) return refuseBad("more than one Authorization");
  if (!/^bearer\b/i.test(value.trimStart())) return null;
  if (value.length > MAX_LENGTH) return refuseBad(`a token of more than ${MAX_LENGTH} characters`);
  const token = BEARER.exec(value)?.[1];
  return token === undefined ? refuseBad("Authorization holds no token after Bearer") : { token };
}
