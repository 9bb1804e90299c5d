import type { Clock } from "#domain";
import type { Credential, CredentialSource } from "./credentials.ts";

/** How long keys, or the fact that there are none, are believed before the source is asked again. */
const MEMORY_MS = { found: 30_000, failed: 5_000, renewed: 5_000 };

/** The keys of every account. Reads of one account are shared; one account's failure touches no other. */
export interface Keyring {
  /** Null where the account has no keys now, or is not known at all. */
  read(account: string): Promise<Credential | null>;
  /** Keys to try after the upstream refused `used`: newer ones if somebody has them already, else read anew. */
  renew(account: string, used: Credential): Promise<Credential | null>;
}

/** Makes a keyring over the sources of the accounts, by alias. */
export function createKeyring(accounts: ReadonlyMap<string, CredentialSource>, clock: Clock): Keyring {
  const keys = new Map([...accounts].map(([alias, source]) => [alias, createAccountKeys(source, clock)]));
  return {
    read: async (account) => keys.get(account)?.read() ?? null,
    renew: async (account, used) => keys.get(account)?.renew(used) ?? null,
  };
}

/** True where both would make the same signature. */
export function isSameCredential(left: Credential, right: Credential): boolean {
  return (
    left.accessKeyId === right.accessKeyId &&
    left.accessKeySecret === right.accessKeySecret &&
    left.securityToken === right.securityToken
  );
}

interface AccountKeys {
  read(): Promise<Credential | null>;
  renew(used: Credential): Promise<Credential | null>;
}

function createAccountKeys(source: CredentialSource, clock: Clock): AccountKeys {
  let present: Credential | null = null;
  let validUntil = Number.NEGATIVE_INFINITY;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<Credential | null> | null = null;

  const fetchFrom = (ask: () => Promise<Credential>, fallback: Credential | null) => {
    pending ??= ask()
      .catch(() => fallback)
      .then((credential) => {
        present = credential;
        validUntil = clock.elapsed() + (credential === null ? MEMORY_MS.failed : MEMORY_MS.found);
        pending = null;
        return credential;
      });
    return pending;
  };

  return {
    // Where the source fails for a while, the keys it gave last may still be good: the upstream will say.
    read: async () => (clock.elapsed() < validUntil ? present : fetchFrom(() => source.read(), present)),
    renew: async (used) => {
      if (pending !== null) return pending;
      if (present !== null && !isSameCredential(present, used)) return present;
      if (clock.elapsed() - renewedAt < MEMORY_MS.renewed) return present;
      renewedAt = clock.elapsed();
      return fetchFrom(() => source.renew(), null);
    },
  };
}
