import { type Credential, type CredentialSource, isSameCredential } from "./credentials.ts";
import type { KeyringOptions } from "./keyring.ts";

/**
 * How long keys, or the fact that there are none, are believed before the source is asked again in the background. `trusted` is
 * shorter than the 15 minutes that providers leave before keys expire: until then nobody waits for the answer.
 */
const MEMORY_MS = { found: 30_000, failed: 5_000, renewed: 5_000, trusted: 600_000 };

/** A source that has not answered after so long has failed. */
const GIVE_UP_MS = 15_000;

/** Why an account has no keys. */
export interface MissingKeys {
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

/** Reads the keys of one account from its source, one question at a time. */
export function createAccountKeys(
  alias: string,
  source: CredentialSource,
  { clock, telemetry, patienceMs }: KeyringOptions,
): AccountKeys {
  let present: Credential | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let foundAt = Number.NEGATIVE_INFINITY;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<Credential | null> | null = null;
  // Somebody has waited for the pending question already, and in vain: nobody else does.
  let isLate = false;
  let failure: string | null = null;

  const settle = (credential: Credential | null) => {
    present = credential;
    askedAt = clock.now();
    pending = null;
    isLate = false;
    return credential;
  };
  const succeed = (credential: Credential) => {
    if (failure !== null) telemetry.notice({ level: "info", message: `Account ${alias} has credentials again` });
    failure = null;
    foundAt = clock.now();
    return settle(credential);
  };
  const fail = (error: unknown, fallback: Credential | null) => {
    const reason = readReason(error);
    if (failure !== reason) {
      const message = `The credential source of account ${alias} failed (${reason})`;
      telemetry.notice({ level: "warn", message, details: { account: alias, reason } });
    }
    failure = reason;
    return settle(fallback);
  };
  const ask = (question: () => Promise<Credential>, fallback: Credential | null) => {
    pending ??= within(question(), GIVE_UP_MS, () => Promise.reject(new SourceTimeout())).then(succeed, (error) =>
      fail(error, fallback),
    );
    return pending;
  };
  const wait = async (answer: Promise<Credential | null>) => {
    if (isLate) return present;
    return within(answer, patienceMs, async () => {
      isLate = true;
      return present;
    });
  };

  return {
    async read() {
      const now = clock.now();
      if (now - askedAt < (present === null ? MEMORY_MS.failed : MEMORY_MS.found)) return present;
      // If the source fails for a while, the keys that it gave last may still be good: the upstream will say.
      const answer = ask(() => source.read(), present);
      return present !== null && now - foundAt < MEMORY_MS.trusted ? present : wait(answer);
    },
    async renew(used) {
      if (pending !== null) await wait(pending);
      if (present !== null && !isSameCredential(present, used)) return present;
      if (clock.now() - renewedAt < MEMORY_MS.renewed) return present;
      renewedAt = clock.now();
      return wait(ask(() => source.renew(), null));
    },
    explain: () =>
      pending === null
        ? {
            says: `no credentials could be had${failure === null ? "" : ` (${failure})`}`,
            advice: "set its access key, or check what its credential source reads",
            retryable: false,
          }
        : { says: "its credential source has not answered yet", advice: "try again", retryable: true },
  };
}

class SourceTimeout extends Error {
  readonly code = "TIMEOUT";
}

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

/** A word for the log: what sources say holds keys, so nothing is taken from it but an error code. */
function readReason(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  if (typeof code === "string" && /^[A-Z][A-Z_]{1,40}$/.test(code)) return code;
  const [, vendorCode] =
    /"Code"\s*:\s*"([A-Za-z]+(?:\.[A-Za-z]+)*)"/.exec(error instanceof Error ? error.message : "") ?? [];
  return vendorCode !== undefined && vendorCode.length <= 64 ? vendorCode : "no keys";
}
