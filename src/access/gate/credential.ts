import { type Refusal, refuseBad } from "./refusal.ts";

/** A token or a key as it was shown; null if nothing was, or only what is not for us, as `Basic`. */
export type Credential = { readonly token: string } | Refusal | null;

// Node refuses header fields of 16 KB anyway; no issuer makes tokens of 8.
const MAX_LENGTH = 8192;
const SCHEME = /^ *Bearer(?: +|$)/i;
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** True for what can be a token at all (RFC 6750). Takes its time, so it is asked of tokens that are not known. */
export function isToken(token: string): boolean {
  return TOKEN.test(token);
}

/** Reads `Authorization`. More than one is refused: proxies and servers differ in which of them counts. */
export function readCredential(authorization: string | readonly string[] | undefined): Credential {
  const values = typeof authorization === "string" ? [authorization] : (authorization ?? []);
  const [value] = values;
  if (value === undefined) return null;
  if (values.length > 1) return refuseBad("more than one Authorization");
  const scheme = SCHEME.exec(value)?.[0];
  if (scheme === undefined) return null;
  if (value.length > MAX_LENGTH) return refuseBad(`a token of more than ${MAX_LENGTH} characters`);
  const token = value.slice(scheme.length).trimEnd();
  return token === "" ? refuseBad("Authorization holds no token after Bearer") : { token };
}
