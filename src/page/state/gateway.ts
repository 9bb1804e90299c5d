import { type Client, createClient, GatewayError, type GraphQLFailure } from "cloud-assistant-gateway/client";
import { freshToken } from "../sign-in/session.ts";

/** As `fetch`, to the gateway that served this page, with the token of the reader who signed in. */
export const askGateway: typeof fetch = async (address, init) => {
  const token = await freshToken();
  const headers = new Headers(init?.headers);
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  return fetch(address, { ...init, headers });
};

/** The gateway that served this page. */
export const gateway: Client = createClient({
  url: new URL("/graphql", location.href).href,
  fetch: askGateway,
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
