import { randomUUID } from "node:crypto";
import type { Clock, Source, Telemetry } from "#domain";
import { createCall } from "./call.ts";
import type { Call } from "./contract.ts";
import type { CredentialSource } from "./credentials.ts";
import { createKeyring } from "./keyring.ts";
import { type BreakerSettings, type BreakerState, createTrafficPolicy, type QuotaTable } from "./limits/index.ts";
import { createRetryStrategy, type RetrySettings } from "./retry/index.ts";
import { createUpstreamClock } from "./sign/index.ts";
import { createEndpointResolver, createSender, type EndpointTemplates } from "./transport/index.ts";
import { type AttemptTimeouts, createTransport } from "./transport.ts";

/** What a wire is told from outside; everything that has a default may be left out, also within the settings. */
export interface WireOptions {
  /** Credential source of each account, by its alias. */
  readonly accounts: ReadonlyMap<string, CredentialSource>;
  readonly endpoints: EndpointTemplates;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** One attempt: 5 s; of it 3 s to connect, and all of it until the first byte. */
  readonly timeouts?: Partial<AttemptTimeouts>;
  /** Up to 4 attempts (3 after an internal error, 2 after a time-out), pauses of up to 100 ms doubling to 2 s, 20 retries saved, a tenth regained a success. */
  readonly retry?: Partial<RetrySettings>;
  /** Calls a minute; without any as many as the upstream allows. */
  readonly quotas?: QuotaTable;
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
  /** Of every source that was called so far. */
  breakers(): readonly { readonly source: Source; readonly state: BreakerState }[];
  /** True where the account's keys can be had now. Never rejects; may take the seconds that the credential chain takes. */
  ready(account: string): Promise<boolean>;
  /** Closes every connection; calls that are under way fail. */
  close(): Promise<void>;
}

/** @throws RangeError for an endpoint template that cannot be used. */
export function createWire(options: WireOptions): Wire {
  const { clock, telemetry } = options;
  const attemptTimeoutMs = options.timeouts?.attemptTimeoutMs ?? 5_000;
  const retry: RetrySettings = {
    maxAttempts: 4,
    maxAttemptsAfterInternalError: 3,
    maxAttemptsAfterTimeout: 2,
    firstPauseMs: 100,
    longestPauseMs: 2_000,
    savedRetries: 20,
    savedPerSuccess: 0.1,
    ...options.retry,
  };
  const timeouts: AttemptTimeouts = {
    attemptTimeoutMs,
    connectTimeoutMs: 3_000,
    firstByteTimeoutMs: attemptTimeoutMs,
    ...options.timeouts,
  };
  const transport = createTransport(options.maxAnswerBytes ?? 16 * 1_024 * 1_024);
  const keyring = createKeyring(options.accounts, clock);
  const upstreamClock = createUpstreamClock(clock, telemetry);
  const traffic = createTrafficPolicy({
    clock,
    telemetry,
    retry,
    quotas: options.quotas ?? {},
    concurrency: options.concurrency ?? 16,
    breaker: { failuresToOpen: 5, firstPauseMs: 1_000, longestPauseMs: 60_000, ...options.breaker },
  });
  const random = options.random ?? Math.random;
  const createNonce = options.createNonce ?? randomUUID;
  const call = createCall({
    clock,
    telemetry,
    keyring,
    traffic,
    resolveEndpoint: createEndpointResolver(options.endpoints),
    send: createSender({ clock, upstreamClock, transport, timeouts, createNonce }),
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
    breakers: () => traffic.breakers(),
    ready: async (account) => (await keyring.read(account)) !== null,
    close: async () => transport.close(),
  };
}
