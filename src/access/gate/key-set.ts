import { type CryptoKey, createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from "jose";
import { z } from "zod";
import type { Clock } from "#domain";
import { isSafeUrl } from "../file/index.ts";
import { type Fetch, fetchJson } from "./bounded-fetch.ts";

/** The issuer's keys cannot be had at the moment. */
export class KeysUnavailableError extends Error {
  override readonly name = "KeysUnavailableError";
}

/** The public keys of one issuer, read when they are needed. */
export interface KeySet {
  /**
   * The key that a token names.
   * @throws KeysUnavailableError, or an error of jose if there is no such key.
   */
  keyFor(header: JWSHeaderParameters): Promise<CryptoKey>;
  /** Reads the keys and, until that succeeds, tries again. */
  start(): void;
  stop(): void;
}

/** What a key set needs. */
interface KeySetOptions {
  readonly issuer: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

type LocalKeySet = ReturnType<typeof createLocalJWKSet>;

// A key that the issuer took back is believed for so long at most.
const MAX_AGE_MS = 10 * 60_000;
// While the issuer cannot be reached its last keys serve on: by then every usual token has expired.
const MAX_STALE_MS = 60 * 60_000;
const CLOCK_SKEW_MS = 60_000;

const configuration = z.object({ issuer: z.string(), jwks_uri: z.string().max(2000) });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** Bounded in time, bytes and rate: whatever tokens come, the issuer is asked as the {@link createRefreshSchedule} allows. */
export function createKeySet(options: KeySetOptions): KeySet {
  const { issuer, clock, warn } = options;
  const stopping = new AbortController();
  const schedule = createRefreshSchedule(clock);
  const noteDate = createClockCheck(options);
  let keys: { readonly find: LocalKeySet; readonly readAt: number } | null = null;
  let pending: Promise<void> | null = null;

  const read = async (): Promise<void> => {
    try {
      const found = await readKeys({ ...options, noteDate }, stopping.signal);
      keys = { find: createLocalJWKSet(found), readAt: clock.elapsed() };
      if (schedule.failures > 0) {
        warn(`The keys of the issuer ${issuer} can be read again (failures: ${schedule.failures}).`);
      }
      schedule.succeeded();
    } catch (error) {
      schedule.failed();
      if (!stopping.signal.aborted) warn(describeFailure(issuer, error, schedule.waitMs()));
    } finally {
      pending = null;
    }
  };
  const refresh = (): Promise<void> => {
    if (pending === null && schedule.isDue()) pending = read();
    return pending ?? Promise.resolve();
  };
  const age = () => (keys === null ? Number.POSITIVE_INFINITY : clock.elapsed() - keys.readAt);
  const usable = (): LocalKeySet => {
    if (keys === null || age() > MAX_STALE_MS) throw new KeysUnavailableError(`no keys of ${issuer} are known`);
    return keys.find;
  };

  return {
    async keyFor(header) {
      // Known keys serve while newer ones are read: a slow issuer must not hold up every request.
      if (age() > MAX_STALE_MS) await refresh();
      else if (age() > MAX_AGE_MS) void refresh();
      try {
        return await usable()(header);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await refresh();
        return usable()(header);
      }
    },
    start() {
      void (async () => {
        while (!stopping.signal.aborted && keys === null) {
          await refresh();
          if (keys === null) await clock.sleep(schedule.waitMs(), stopping.signal);
        }
      })();
    },
    stop: () => stopping.abort(),
  };
}

function describeFailure(issuer: string, error: unknown, delayMs: number): string {
  const reason = error instanceof Error ? error.message : "unknown reason";
  return `The keys of the issuer ${issuer} cannot be read: expected its discovery document and its keys, but ${reason}. Its tokens are refused without known keys; the next try is in ${delayMs} ms.`;
}

async function readKeys(
  options: KeySetOptions & { readonly noteDate: (date: number | null) => void },
  signal: AbortSignal,
): Promise<JSONWebKeySet> {
  const { issuer, fetch, clock } = options;
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { json, date } = await fetchJson(url, fetch, clock, signal);
  const found = configuration.safeParse(json);
  if (!found.success) throw new Error(`${url} holds no issuer or no jwks_uri`);
  if (found.data.issuer !== issuer)
    throw new Error(`${url} speaks for ${JSON.stringify(found.data.issuer.slice(0, 200))}`);
  if (!isSafeUrl(found.data.jwks_uri)) throw new Error(`${url} names a jwks_uri without https`);
  options.noteDate(date);
  const keys = keySet.safeParse((await fetchJson(found.data.jwks_uri, fetch, clock, signal)).json);
  if (!keys.success) throw new Error(`${found.data.jwks_uri} holds no key set`);
  return keys.data;
}

/** Warns when the clocks begin to differ, not at every look. */
function createClockCheck({ issuer, clock, warn }: KeySetOptions): (date: number | null) => void {
  let isOff = false;
  return (date) => {
    const skewMs = date === null ? 0 : clock.now() - date;
    const wasOff = isOff;
    isOff = Math.abs(skewMs) > CLOCK_SKEW_MS;
    if (!isOff || wasOff) return;
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    const side = skewMs > 0 ? "ahead of" : "behind";
    warn(
      `The clock of this machine is ${seconds} s ${side} the issuer ${issuer}: expected at most 60 s. Good tokens may be refused.`,
    );
  };
}

/** When the issuer may be asked again. */
interface RefreshSchedule {
  isDue(): boolean;
  /** Milliseconds until it may; 0 if it may now. */
  waitMs(): number;
  succeeded(): void;
  failed(): void;
  /** Failures since the last success. */
  readonly failures: number;
}

// Tokens that name unknown keys, true or invented, cost one look in so long.
const COOLDOWN_MS = 30_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

/** Once in 30 seconds after a success; after failures 1 second, then twice as long each time, up to a minute. */
function createRefreshSchedule(clock: Pick<Clock, "elapsed">): RefreshSchedule {
  let dueAt = 0;
  let failures = 0;
  const waitMs = () => Math.max(0, dueAt - clock.elapsed());
  return {
    isDue: () => waitMs() === 0,
    waitMs,
    succeeded() {
      failures = 0;
      dueAt = clock.elapsed() + COOLDOWN_MS;
    },
    failed() {
      failures += 1;
      dueAt = clock.elapsed() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
    },
    get failures() {
      return failures;
    },
  };
}
