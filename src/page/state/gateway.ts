import { type Client, createClient, GatewayError, type GraphQLFailure } from "cloud-assistant-gateway/client";

const TOKEN_KEY = "token";

/** The token that the reader entered; null if there is none. It lives as long as the browser's tab. */
export function readToken(): string | null {
  return sessionStorage.getItem(TOKEN_KEY);
}

/** Keeps a token for this tab; null forgets it. */
export function keepToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(TOKEN_KEY);
  else sessionStorage.setItem(TOKEN_KEY, token);
}

/** Headers that say who asks. */
export function readCredentials(): Readonly<Record<string, string>> {
  const token = readToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** The gateway that served this page. */
export const gateway: Client = createClient({
  url: new URL("/graphql", location.href).href,
  headers: readCredentials,
});

/** An answer, and what was missing from it. */
export interface Answer<Data> {
  readonly data: Data;
  readonly failures: readonly GraphQLFailure[];
}

/** Takes the part of an answer that came when another part failed. Rejects if nothing came. */
export async function salvage<Data>(call: Promise<Data>): Promise<Answer<Data>> {
  try {
    return { data: await call, failures: [] };
  } catch (error) {
    if (!(error instanceof GatewayError) || !hasAnything(error.data)) throw error;
    return { data: error.data as Data, failures: error.failures };
  }
}

function hasAnything(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((value) => value !== null);
}
