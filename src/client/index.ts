/**
 * The other end of the wire: a typed client for tools, made from the committed schema and operations. Knows GraphQL over HTTP
 * alone; it imports no room of the gateway.
 */
import { GraphQLClient } from "graphql-request";
import { notGraphQL, toGatewayError } from "./errors.ts";
import { getSdk, type Sdk } from "./generated/sdk.ts";

export { GatewayError, type GatewayErrorKind, type GraphQLFailure } from "./errors.ts";
export type * from "./generated/documents/graphql.ts";
export {
  type AllRunsOptions,
  allRuns,
  type IncompleteSource,
  type Run,
  type RunState,
  type WatchOptions,
  waitForRun,
  watchRun,
} from "./runs.ts";

/** Where the gateway is, and how to speak to it. */
export interface ClientOptions {
  /** The GraphQL address, as `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Sent with every request. A function is asked anew each time, for tokens that expire. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** What sends requests; the platform's own unless given. */
  readonly fetch?: typeof fetch;
}

/** One function an operation; each takes its variables, headers of its own and an abort signal, and resolves to the data. */
export type Client = Sdk;

/**
 * Makes a client. Its functions reject with a {@link GatewayError} whose message says what to do; an aborted call rejects with the
 * signal's reason.
 *
 * @throws TypeError where `url` is no http or https address.
 */
export function createClient(options: ClientOptions): Client {
  const { url, headers, fetch } = options;
  const address = readAddress(url);
  const transport = new GraphQLClient(url, { ...(headers && { headers }), ...(fetch && { fetch }) });
  return getSdk(transport, async (send) => {
    try {
      const data = await send();
      if (hasFields(data)) return data;
    } catch (error) {
      throw toGatewayError(error, address);
    }
    throw notGraphQL(address, 200);
  });
}

/** Every operation asks for something, so an answer in GraphQL holds something, if null. */
function hasFields(data: unknown): boolean {
  return typeof data === "object" && data !== null && !Array.isArray(data) && Object.keys(data).length > 0;
}

/** The address without what may be secret in it, for messages. */
function readAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError("The url of a gateway must be an http or https address, such as http://127.0.0.1:4000/graphql");
  }
  return parsed.origin + parsed.pathname;
}
