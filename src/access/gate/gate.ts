import { hash } from "node:crypto";
import type { Clock } from "#domain";
import type { AccessFile } from "../file/index.ts";
import { KEY_PREFIX } from "../keys/index.ts";
import { createTokenBuckets } from "../limits/index.ts";
import { type Caller, createOpenView } from "../rights/index.ts";
import { createApiKeys } from "./api-keys.ts";
import { verifyToken } from "./bearer-token.ts";
import type { Fetch } from "./bounded-fetch.ts";
import { createCallers } from "./callers.ts";
import { isToken, readCredential } from "./credential.ts";
import type { Identity } from "./identity.ts";
import { createIssuers } from "./issuers.ts";
import { createKnownTokens } from "./known-tokens.ts";
import { toNetwork } from "./network.ts";
import { isRefusal, type Refusal, refuseBad, refuseForNow, refuseMissing } from "./refusal.ts";
import { createTrustedProxy, type Headers } from "./trusted-proxy.ts";

/** Who asks, as the transport knows it. */
export interface Credentials {
  /** Every `Authorization` that came: fields of the request, and `authorization` of a socket's `connection_init`. */
  readonly authorization: string | readonly string[] | undefined;
  readonly headers: Headers;
  /** Address of the connection, not of a header. */
  readonly remoteAddress: string;
}

/** The one place where callers become known. */
export interface Gate {
  /**
   * Never rejects. Call it for every operation, also on an open socket: a token that was seen costs next to nothing, and
   * one that has ended, or a file that was read again, shows.
   */
  authenticate(credentials: Credentials): Promise<{ readonly caller: Caller } | { readonly refusal: Refusal }>;
  /** Begins to read the issuers' keys; one that cannot be reached is tried again and keeps nobody else out. */
  start(): void;
  stop(): void;
  /** Takes over another file and forgets every token. Keys of issuers that stay are kept. */
  reload(access: AccessFile): void;
}

/** What a gate needs. */
export interface GateOptions {
  readonly access: AccessFile;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** For the log: an issuer that cannot be reached, a clock that is off. */
  readonly warn: (message: string) => void;
}

// An address that guesses is told to wait. Good tokens pass all the same: many callers may share the address of one proxy.
const BAD_TOKENS_PER_MINUTE = 600;
const RETRY_MS = 1000;

/** Knows callers by OIDC tokens, API keys and a trusted proxy, as the access file says. */
export function createGate({ access, clock, fetch, warn }: GateOptions): Gate {
  const issuers = createIssuers({ fetch, clock, warn });
  const known = createKnownTokens(clock);
  const badTokens = createTokenBuckets(clock);
  const prepare = (file: AccessFile) => ({
    issuers: issuers.use(file.oidc),
    keys: createApiKeys(file.keys, clock),
    proxy: createTrustedProxy(file.proxy),
    callers: createCallers(file),
  });
  let current = prepare(access);

  const verify = async (token: string, digest: string): Promise<Caller | Refusal> => {
    if (!isToken(token)) return refuseBad("Authorization holds something else than one token");
    const used = current;
    const identity: Identity | Refusal = token.startsWith(KEY_PREFIX)
      ? used.keys(Buffer.from(digest, "hex"))
      : await verifyToken(token, used.issuers, clock);
    if (isRefusal(identity)) return identity;
    const caller = used.callers(identity);
    // A file that came meanwhile must not find what the old one gave.
    if (!isRefusal(caller) && used === current) known.set(digest, caller);
    return caller;
  };
  const checkToken = async (token: string, remoteAddress: string): Promise<Caller | Refusal> => {
    const digest = hash("sha256", token, "hex");
    const caller = known.get(digest);
    if (caller !== undefined) return caller;
    const result = await verify(token, digest);
    if (!isRefusal(result) || result.kind !== "unauthenticated") return result;
    const { isAllowed } = badTokens.take(toNetwork(remoteAddress), BAD_TOKENS_PER_MINUTE);
    return isAllowed ? result : refuseForNow("throttled", "too many bad tokens from this address", RETRY_MS);
  };
  const identify = (credentials: Credentials): Promise<Caller | Refusal> | Caller | Refusal => {
    const credential = readCredential(credentials.authorization);
    if (credential !== null) {
      return isRefusal(credential) ? credential : checkToken(credential.token, credentials.remoteAddress);
    }
    const vouched = current.proxy(credentials.headers, credentials.remoteAddress);
    if (vouched === null)
      return (credentials.authorization ?? []).length > 0 ? refuseBad("no Bearer") : refuseMissing();
    return isRefusal(vouched) ? vouched : current.callers(vouched);
  };

  return {
    async authenticate(credentials) {
      const result = await identify(credentials);
      return isRefusal(result) ? { refusal: result } : { caller: result };
    },
    start: issuers.start,
    stop: issuers.stop,
    reload(file) {
      current = prepare(file);
      known.clear();
    },
  };
}

/** Lets everybody in who reaches the port: the gate without an access file. */
export function createOpenGate(): Gate {
  const caller: Caller = {
    id: "open",
    name: "anyone",
    knownBy: "open",
    roles: [],
    view: createOpenView(),
    expiresAt: null,
  };
  const nothing = () => {};
  return { authenticate: async () => ({ caller }), start: nothing, stop: nothing, reload: nothing };
}
