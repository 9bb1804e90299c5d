import { randomUUID } from "node:crypto";
import type { Clock, OpenQuotaShare, Telemetry } from "#domain";
import type { Call } from "./call/index.ts";
import { type CredentialHttp, createCredentialHttp } from "./credential-http.ts";
import { createProvidedCredentials } from "./credential-provider.ts";
import {
  type CredentialSettings,
  type CredentialSource,
  createKeyring,
  createStaticCredentials,
} from "./keys/index.ts";
import { createCall } from "./make-call.ts";
import { type BreakerSettings, createTrafficPolicy, createTurns, type QuotaTable } from "./pace/index.ts";
import { createRetryStrategy, type RetrySettings } from "./retry/index.ts";
import { createUpstreamClock } from "./sign/index.ts";
import {
  type AttemptTimeouts,
  createAgents,
  createEndpointResolver,
  createSender,
  createTransport,
  type EndpointTemplates,
  noProxies,
  type ProxyRule,
  type VendorEndpoint,
} from "./transport/index.ts";

/** What a wire is told from outside; everything that has a default may be left out, also within the settings. */
export interface WireOptions {
  /** Credential source of each account, or what it is made of, by the account's alias. */
  readonly accounts: ReadonlyMap<string, CredentialSource | CredentialSettings>;
  /** Every request goes directly unless it says otherwise. */
  readonly proxyFor?: ProxyRule;
  /** How long a call waits for keys that a source is still looking for: 1 s. */
  readonly credentialPatienceMs?: number;
  readonly endpoints: EndpointTemplates;
  /** The vendor's own URL for a source without a template; if both are missing, the source cannot be called. */
  readonly vendorEndpoint?: VendorEndpoint;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** One attempt: 5 s; of it 3 s to connect, and all of it until the first byte. */
  readonly timeouts?: Partial<AttemptTimeouts>;
  /** Up to 4 attempts (3 after an internal error, 2 after a time-out), pauses of up to 100 ms doubling to 2 s, 20 retries saved, a tenth regained a success. */
  readonly retry?: Partial<RetrySettings>;
  /** Calls a minute; without any as many as the upstream allows. */
  readonly quotas?: QuotaTable;
  /** Share of each action's quota that collecting may use: a half. */
  readonly collectShare?: number;
  /** How quotas are shared with other gateways; each has the whole if absent. */
  readonly openQuotaShare?: OpenQuotaShare;
  /** 16 calls at once per source. */
  readonly concurrency?: number;
  /** Opens after 5 failures, probes after 1 s doubling to 60 s. */
  readonly breaker?: Partial<BreakerSettings>;
  /** 16 MiB, after inflating. */
  readonly maxAnswerBytes?: number;
  /** From 0 to 1, for the pauses. */
  readonly random?: () => number;
  /** Never twice the same. */
  readonly createNonce?: () => string;
}

/** The way to the upstreams. */
export interface Wire {
  readonly call: Call;
  /** True if the account had keys when its source was last asked. Never rejects; waits at most a second for a source's first answer. */
  ready(account: string): Promise<boolean>;
  /** Takes other credential sources from now on; accounts that are not named keep theirs. */
  replaceCredentials(accounts: ReadonlyMap<string, CredentialSettings>): void;
  /** Closes every connection; calls that are under way fail. */
  close(): Promise<void>;
}

const RETRY: RetrySettings = {
  maxAttempts: 4,
  maxAttemptsAfterInternalError: 3,
  maxAttemptsAfterTimeout: 2,
  firstPauseMs: 100,
  longestPauseMs: 2_000,
  savedRetries: 20,
  savedPerSuccess: 0.1,
};

/** @throws RangeError for an endpoint template that cannot be used. */
export function createWire(options: WireOptions): Wire {
  const { clock, telemetry } = options;
  const attemptTimeoutMs = options.timeouts?.attemptTimeoutMs ?? 5_000;
  const retry = { ...RETRY, ...options.retry };
  const timeouts: AttemptTimeouts = {
    attemptTimeoutMs,
    connectTimeoutMs: 3_000,
    firstByteTimeoutMs: attemptTimeoutMs,
    ...options.timeouts,
  };
  const agents = createAgents(options.proxyFor ?? noProxies);
  const transport = createTransport(options.maxAnswerBytes ?? 16 * 1_024 * 1_024, agents);
  const http = createCredentialHttp(agents);
  const open = (accounts: ReadonlyMap<string, CredentialSource | CredentialSettings>) =>
    new Map([...accounts].map(([alias, given]) => [alias, openSource(given, http)]));
  const keyring = createKeyring(open(options.accounts), {
    clock,
    telemetry,
    patienceMs: options.credentialPatienceMs ?? 1_000,
  });
  const upstreamClock = createUpstreamClock(clock, telemetry);
  const traffic = createTrafficPolicy({
    clock,
    telemetry,
    retry,
    quotas: options.quotas ?? {},
    collectShare: options.collectShare ?? 0.5,
    ...(options.openQuotaShare === undefined ? {} : { openQuotaShare: options.openQuotaShare }),
    concurrency: options.concurrency ?? 16,
    breaker: { failuresToOpen: 5, firstPauseMs: 1_000, longestPauseMs: 60_000, ...options.breaker },
  });
  const readingTurns = createTurns(1);
  const random = options.random ?? Math.random;
  const createNonce = options.createNonce ?? randomUUID;
  const call = createCall({
    clock,
    telemetry,
    keyring,
    traffic,
    resolveEndpoint: createEndpointResolver(options.endpoints, options.vendorEndpoint),
    send: createSender({
      clock,
      upstreamClock,
      transport,
      timeouts,
      createNonce,
      takeReadingTurn: ({ meter, signal }) => readingTurns.take(meter, signal),
    }),
    retry: createRetryStrategy({
      clock,
      upstreamClock,
      keyring,
      retry,
      random,
      budgetOf: ({ request }) => traffic.retries(request.source),
    }),
  });
  return {
    call,
    ready: async (account) => (await keyring.read(account)) !== null,
    replaceCredentials: (accounts) => keyring.replace(open(accounts)),
    close: async () => transport.close(),
  };
}

function openSource(given: CredentialSource | CredentialSettings, http: CredentialHttp): CredentialSource {
  if (!("type" in given)) return given;
  return given.type === "static" ? createStaticCredentials(given) : createProvidedCredentials(given, http);
}
