import type { Clock, Telemetry } from "#domain";
import { type Credential, type CredentialSource, isSameCredential } from "./credentials.ts";
import { CredentialSourceError, readErrorCode, readVendorCode } from "./source-error.ts";

/**
 * How long keys, or the fact that there are none, are believed before the source is asked again in the background. `trusted` is
 * shorter than the 15 minutes that providers leave before keys expire: until then nobody waits for the answer.
 */
const MEMORY_MS = { found: 30_000, failed: 5_000, renewed: 5_000, trusted: 600_000 };

/** A source that has not answered after so long has failed. */
const GIVE_UP_MS = 15_000;

/** What a keyring is told from outside. */
export interface KeyringOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** How long a reader waits for a source that has no keys yet, or whose keys may have expired meanwhile. */
  readonly patienceMs: number;
}

/** Why an account has no keys. */
export interface MissingKeys {
  readonly code: "UNAUTHENTICATED" | "UNAVAILABLE";
  readonly says: string;
  readonly advice: string;
  readonly retryable: boolean;
}

/** The keys of one account. */
export interface AccountKeys {
  read(): Promise<Credential | null>;
  renew(used: Credential): Promise<Credential | null>;
  explain(): MissingKeys;
}

/** What is known of an account's keys; times by the clock. */
interface Memory {
  present: Credential | null;
  askedAt: number;
  foundAt: number;
  renewedAt: number;
  /** The one question that is under way. */
  pending: Promise<Credential | null> | null;
  /** Somebody has waited for the pending question as long as anybody does: nobody else waits. */
  isLate: boolean;
  /** Why the source failed when it was last asked. */
  failure: SourceFailure | null;
}

type SourceFailure = Pick<CredentialSourceError, "reason" | "isDown">;

interface Account extends KeyringOptions {
  readonly alias: string;
  readonly source: CredentialSource;
  readonly memory: Memory;
}

const LONG_AGO = Number.NEGATIVE_INFINITY;

/** Reads the keys of one account from its source, one question at a time. */
export function createAccountKeys(alias: string, source: CredentialSource, options: KeyringOptions): AccountKeys {
  const times = { askedAt: LONG_AGO, foundAt: LONG_AGO, renewedAt: LONG_AGO };
  const memory: Memory = { ...times, present: null, pending: null, isLate: false, failure: null };
  const account: Account = { ...options, alias, source, memory };
  return { read: () => read(account), renew: (used) => renew(account, used), explain: () => explain(account) };
}

async function read(account: Account): Promise<Credential | null> {
  const { memory, source, clock } = account;
  const { present, askedAt, foundAt } = memory;
  if (clock.elapsed() - askedAt < (present === null ? MEMORY_MS.failed : MEMORY_MS.found)) return present;
  // If the source fails for a while, the keys that it gave last may still be good: the upstream will say.
  const answer = ask(account, () => source.read(), present);
  return present !== null && clock.elapsed() - foundAt < MEMORY_MS.trusted ? present : wait(account, answer);
}

async function renew(account: Account, used: Credential): Promise<Credential | null> {
  const { memory, source, clock } = account;
  if (memory.pending !== null) await wait(account, memory.pending);
  if (memory.present !== null && !isSameCredential(memory.present, used)) return memory.present;
  if (clock.elapsed() - memory.renewedAt < MEMORY_MS.renewed) return memory.present;
  memory.renewedAt = clock.elapsed();
  return wait(
    account,
    ask(account, () => source.renew(), null),
  );
}

/** Asks the source unless that is under way; `fallback` is what is known if it fails. */
function ask(
  account: Account,
  question: () => Promise<Credential>,
  fallback: Credential | null,
): Promise<Credential | null> {
  const { memory } = account;
  memory.pending ??= within(question(), GIVE_UP_MS, () =>
    Promise.reject(new CredentialSourceError("TIMEOUT", true)),
  ).then(
    (credential) => remember(account, credential, null),
    (error: unknown) => remember(account, fallback, toFailure(error)),
  );
  return memory.pending;
}

function remember(account: Account, present: Credential | null, failure: SourceFailure | null): Credential | null {
  const { memory, clock } = account;
  tell(account, failure);
  const now = clock.elapsed();
  Object.assign(memory, { present, failure, askedAt: now, pending: null, isLate: false });
  if (failure === null) memory.foundAt = now;
  return present;
}

function tell({ alias, source: { kind }, telemetry, memory }: Account, failure: SourceFailure | null): void {
  if (memory.failure?.reason === failure?.reason) return;
  if (failure === null) telemetry.notice({ level: "info", message: `Account ${alias} has credentials again` });
  else {
    const { reason } = failure;
    const message = `The credential source of account ${alias} failed (${reason})`;
    const details = { account: alias, ...(kind === undefined ? {} : { type: kind }), reason };
    telemetry.notice({ level: "warn", message, details });
  }
}

async function wait({ memory, patienceMs }: Account, answer: Promise<Credential | null>): Promise<Credential | null> {
  if (memory.isLate) return memory.present;
  return within(answer, patienceMs, async () => {
    memory.isLate = true;
    return memory.present;
  });
}

function explain({ source: { kind }, memory: { pending, failure } }: Account): MissingKeys {
  const code = "UNAUTHENTICATED";
  if (pending !== null) {
    return { code, says: "its credential source has not answered yet", advice: "try again", retryable: true };
  }
  if (failure === null || failure.reason === NO_KEYS) {
    return { code, says: "it has no credentials", advice: SET_KEYS, retryable: false };
  }
  const { reason, isDown } = failure;
  if (isDown) {
    const says = `its credential source${kind === undefined ? "" : ` (${kind})`} cannot be read (${reason})`;
    return { code: "UNAVAILABLE", says, advice: "try again, and check it if this lasts", retryable: true };
  }
  const says = `no credentials could be had (${reason})`;
  return { code, says, advice: "check what its credential source reads", retryable: false };
}

const SET_KEYS =
  "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or check its credentials in ACCOUNTS_FILE";

/** What is said of a source that has no keys and no error code. */
const NO_KEYS = "no keys";

/** What the promise gives, or what `otherwise` gives once the time is up. Real time, as with everything that waits for a network. */
async function within<Value>(promise: Promise<Value>, ms: number, otherwise: () => Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timeout">((resolve) => {
    timer = setTimeout(resolve, ms, "timeout");
    timer.unref();
  });
  try {
    const first = await Promise.race([promise, timeout]);
    return first === "timeout" ? await otherwise() : (first as Value);
  } finally {
    clearTimeout(timer);
  }
}

/** For the log: what sources say holds keys, so nothing is taken from it but an error code. */
function toFailure(error: unknown): SourceFailure {
  if (error instanceof CredentialSourceError) return error;
  const code = readErrorCode(error) ?? readVendorCode(error instanceof Error ? error.message : "");
  return { reason: code ?? NO_KEYS, isDown: false };
}
