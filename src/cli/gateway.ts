import { type Credential, type CredentialOptions, createCredentialReader } from "./credential.ts";
import type { Surroundings } from "./terminal/index.ts";

/** The gateway as the command reaches it. */
export interface Gateway {
  /** The GraphQL address. */
  readonly url: string;
  /** Address of something beside it, such as `export`. */
  addressOf(path: string): string;
  /** Sends a request with the credential and headers of this command. */
  readonly fetch: typeof fetch;
  /** What is sent as `authorization`; null if there is nothing. */
  credential(): Promise<Credential | null>;
  /** Why there is no credential though a person has signed in; null if nothing is wrong with it. */
  trouble(): unknown;
}

/** The gateway that the options name. */
export function createGateway(options: CredentialOptions, surroundings: Surroundings): Gateway {
  const { url, header = {} } = options;
  const read = createCredentialReader(options, surroundings);
  let trouble: unknown = null;
  const credential = async () => {
    try {
      return await read();
    } catch (error) {
      trouble = error;
      throw error;
    }
  };
  return {
    url,
    credential,
    trouble: () => trouble,
    addressOf: (path) => new URL(path, url.replace(/\/+$/, "")).href,
    async fetch(input, init) {
      const headers = new Headers(init?.headers);
      const authorization = (await credential())?.authorization;
      if (authorization !== undefined) headers.set("authorization", authorization);
      for (const [name, value] of Object.entries(header)) headers.set(name, value);
      return fetch(input, { ...init, headers });
    },
  };
}
