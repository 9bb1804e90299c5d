import { hash, timingSafeEqual } from "node:crypto";
import type { Clock } from "#domain";
import type { AccessFile, KeySettings } from "../file/index.ts";
import { KEY_PREFIX } from "../keys/index.ts";
import { createTokenBuckets } from "../limits/index.ts";
import { type Caller, createOpenView, createView, type View } from "../rights/index.ts";
import { verifyToken } from "./bearer-token.ts";
import type { Fetch } from "./bounded-fetch.ts";
import type { Identity } from "./identity.ts";
import { createIssuers } from "./issuers.ts";
import { toNetwork } from "./network.ts";
import { isRefusal, type Refusal, refuseBad, refuseForbidden, refuseForNow, refuseMissing } from "./refusal.ts";
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
interface GateOptions {
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

// Callers of the same roles share a view, and with it what it has worked out; few sets of roles occur.
const MAX_VIEWS = 1000;

/** Makes callers of identities by one version of the file: roles that it knows, and the view that they give. */
function createCallers(file: AccessFile): (identity: Identity) => Caller | Refusal {
  const views = new Map<string, View>();
  const viewOf = (names: readonly string[]): View => {
    const key = JSON.stringify(names);
    const known = views.get(key);
    if (known !== undefined) return known;
    const view = createView(new Map([...file.roles].filter(([name]) => names.includes(name))));
    if (views.size >= MAX_VIEWS) views.clear();
    views.set(key, view);
    return view;
  };
  return ({ roles: claimed, ...identity }) => {
    const held = new Set([...claimed, ...file.everyone]);
    const roles = [...file.roles.keys()].filter((name) => held.has(name));
    if (roles.length === 0) return refuseForbidden(`${identity.name} has no role of the access file`);
    return { ...identity, roles, view: viewOf(roles) };
  };
}

/** A token or a key as it was shown; null if nothing was, or only what is not for us, as `Basic`. */
type Credential = { readonly token: string } | Refusal | null;

// Node refuses header fields of 16 KB anyway; no issuer makes tokens of 8.
const MAX_CREDENTIAL_LENGTH = 8192;
const SCHEME = /^ *Bearer(?: +|$)/i;
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** True for what can be a token at all (RFC 6750). Takes its time, so it is asked of tokens that are not known. */
function isToken(token: string): boolean {
  return TOKEN.test(token);
}

/** Reads `Authorization`. More than one is refused: proxies and servers differ in which of them counts. */
function readCredential(authorization: string | readonly string[] | undefined): Credential {
  const values = typeof authorization === "string" ? [authorization] : (authorization ?? []);
  const [value] = values;
  if (value === undefined) return null;
  if (values.length > 1) return refuseBad("more than one Authorization");
  const scheme = SCHEME.exec(value)?.[0];
  if (scheme === undefined) return null;
  if (value.length > MAX_CREDENTIAL_LENGTH)
    return refuseBad(`a token of more than ${MAX_CREDENTIAL_LENGTH} characters`);
  const token = value.slice(scheme.length).trimEnd();
  return token === "" ? refuseBad("Authorization holds no token after Bearer") : { token };
}

/** Callers by the SHA-256 of a token that was verified: known for at most a minute, and never beyond the token's end. */
interface KnownTokens {
  get(digest: string): Caller | undefined;
  set(digest: string, caller: Caller): void;
  clear(): void;
}

const KNOWN_MS = 60_000;
const MAX_TOKENS = 10_000;

/** Holds at most `maxTokens`; the one that was verified first goes first. */
function createKnownTokens(clock: Pick<Clock, "now" | "elapsed">, maxTokens = MAX_TOKENS): KnownTokens {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const hasEnded = ({ expiresAt }: Caller) => expiresAt !== null && expiresAt <= clock.now();
  return {
    get(digest) {
      const entry = known.get(digest);
      if (entry === undefined) return undefined;
      if (entry.until > clock.elapsed() && !hasEnded(entry.caller)) return entry.caller;
      known.delete(digest);
      return undefined;
    },
    set(digest, caller) {
      if (hasEnded(caller)) return;
      known.delete(digest);
      const oldest = known.size >= maxTokens ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      known.set(digest, { caller, until: clock.elapsed() + KNOWN_MS });
    },
    clear: () => known.clear(),
  };
}

/** Finds a key by the SHA-256 of what was shown. */
type ApiKeys = (digest: Buffer) => Identity | Refusal;

/** Every key is compared, each in constant time, so that no answer comes earlier than another. */
function createApiKeys(settings: readonly KeySettings[], clock: Pick<Clock, "now">): ApiKeys {
  const keys = settings.map((key) => ({ key, digest: Buffer.from(key.sha256, "hex") }));
  return (digest) => {
    let found: KeySettings | null = null;
    for (const candidate of keys) if (timingSafeEqual(candidate.digest, digest)) found = candidate.key;
    if (found === null) return refuseBad("the key is none of the access file's");
    const { name, roles, expiresAt } = found;
    if (expiresAt !== null && expiresAt <= clock.now()) return refuseBad(`the key ${name} has expired`);
    return { id: `key ${name}`, name, knownBy: "key", roles, expiresAt };
  };
}
